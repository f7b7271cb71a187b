// What the map looks like: the base map's style in light or dark, with our own layers on top.
//
// The whole style is put together here and handed to MapLibre in one piece. A change of theme is then
// one call, and no layer has to be added again.

export const NEAREST = 14
export const POINTS = 'points'
const LINES = 'lines'

/** Dark when the page says so, otherwise as the reader's device prefers. */
export function isDark() {
    const chosen = document.documentElement.dataset.kernTheme
    return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}

/** Calls `change` whenever the page's theme or the device's preference changes; returns a function that stops it. */
export function onThemeChange(change) {
    const preference = matchMedia('(prefers-color-scheme: dark)')
    const observer = new MutationObserver(change)
    observer.observe(document.documentElement, { attributeFilter: ['data-kern-theme'] })
    preference.addEventListener('change', change)
    return () => {
        observer.disconnect()
        preference.removeEventListener('change', change)
    }
}

/** The style at `url`, its tiles' address made whole, and the features added. */
export async function composeStyle({ url, pmtiles, container, points, lines, radius }) {
    const address = new URL(url, location.href)
    const style = await fetchJson(address)
    const tiles = pmtiles
        ? new URL(pmtiles, location.href)
        : new URL(style.sources.base.url.replace('pmtiles://', ''), address)
    style.sources.base.url = `pmtiles://${tiles.href}`
    style.sources[POINTS] = {
        type: 'geojson',
        data: collection(points),
        cluster: true,
        clusterRadius: radius,
        // Points at one and the same place stay together as near as the map goes.
        clusterMaxZoom: NEAREST,
        maxzoom: NEAREST + 1,
    }
    style.sources[LINES] = { type: 'geojson', data: collection(lines) }
    style.layers = style.layers.map((layer) => (layer.id === 'countries' ? withCountryNames(layer) : layer))
    style.layers.push(lineLayer(container), POINT_LAYER)
    return style
}

export async function fetchJson(address) {
    const response = await fetch(address, { credentials: 'same-origin' })
    if (!response.ok) throw new Error(`${response.status} for ${address}`)
    return response.json()
}

const collection = (features) => ({ type: 'FeatureCollection', features })

// MapLibre loads a source only for a layer that shows it. The points themselves are drawn as elements
// of the page (markers.js), so this layer shows nothing.
const POINT_LAYER = { id: POINTS, type: 'circle', source: POINTS, paint: { 'circle-radius': 0 } }

const lineLayer = (container) => ({
    id: LINES,
    type: 'line',
    source: LINES,
    layout: { 'line-cap': 'round' },
    paint: {
        'line-color': colourOf('var(--ct-tandem, var(--ct-city, #8a6bb0))', container),
        'line-width': ['interpolate', ['linear'], ['zoom'], 3, 1.5, 8, 3],
        'line-opacity': 0.75,
    },
})

/** A CSS colour as rgb(): MapLibre knows neither variables nor oklch(). */
function colourOf(value, container) {
    const probe = document.createElement('span')
    probe.style.color = value
    container.append(probe)
    const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    paint.fillStyle = getComputedStyle(probe).color
    probe.remove()
    paint.fillRect(0, 0, 1, 1)
    const [red, green, blue] = paint.getImageData(0, 0, 1, 1).data
    return `rgb(${red}, ${green}, ${blue})`
}

/** Browsers know the names of countries in every language; the tiles hold only their codes. */
function withCountryNames(layer) {
    const language = document.documentElement.lang || 'en'
    const display = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' })
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    const names = {}
    for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
        const name = display.of(code)
        if (name) names[code] = name
    }
    const name = ['coalesce', ['get', ['get', 'code'], ['literal', names]], '']
    return { ...layer, layout: { ...layer.layout, 'text-field': name } }
}
