// Turns every <div data-map> of a page into a map. Without this script the div keeps what is inside it.
//
//   <div class="ct-map" data-map
//        data-label="Our partners"                  accessible name of the map
//        data-features="/map.geojson"               points (layer, path, title) and lines
//        data-style-light="…/style-light.json"
//        data-style-dark="…/style-dark.json"
//        data-pmtiles="…/europe.pmtiles"            optional: the style names its own
//        data-worker="…/worker.js"                  optional: beside this file
//        data-zoom="8"                              optional: as near as the first view may come
//        data-words='{"problem": "Problem"}'>       optional: see WORDS
//     a picture or a list of the same places
//   </div>
//
// The div tells its state in data-state: loading, then ready or error. After an error what was inside stays.

import { addProtocol, LngLatBounds, Map, NavigationControl, setWorkerUrl } from 'maplibre-gl'
import { Protocol } from 'pmtiles'

import { NEAREST, composeStyle, fetchJson, isDark, onThemeChange } from './look.js'
import { readFeatures, showMarkers } from './markers.js'

// Markers nearer to each other than this many pixels are gathered into one, so that each can be hit (WCAG 2.2, 2.5.8).
const TIGHT = 24
// With more markers than these the page would be all markers: then they are gathered from further away.
const MOST_MARKERS = 200
const ROOMY = 56

// The base map covers a little more, so that its edge is never seen.
const EUROPE = [
    [-36, 26],
    [56, 74],
]
const FIRST_VIEW = [
    [-10, 36],
    [29, 60],
]

const WORDS = {
    problem: 'Problem',
    solution: 'Solution',
    city: 'City',
    cluster: '{count} places, zoom in',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    close: 'Close',
    source: 'Source of the map',
    wheel: 'Use Ctrl + scroll to zoom the map',
    wheelMac: 'Use ⌘ + scroll to zoom the map',
    touch: 'Use two fingers to move the map',
}

addProtocol('pmtiles', new Protocol({ metadata: true }).tile)

const maps = new WeakMap()

/** Starts every map inside `root` that has not been started. */
export function startMaps(root = document) {
    root.querySelectorAll('[data-map]:not([data-state])').forEach(startMap)
}

async function startMap(container) {
    container.dataset.state = 'loading'
    try {
        await buildMap(container)
        container.dataset.state = 'ready'
    } catch (error) {
        stopMap(container)
        container.dataset.state = 'error'
        console.error(error)
    }
}

async function buildMap(container) {
    const options = container.dataset
    const words = { ...WORDS, ...JSON.parse(options.words ?? '{}') }
    const { points, lines } = options.features ? readFeatures(await fetchJson(options.features)) : readFeatures({})
    const radius = points.length > MOST_MARKERS ? ROOMY : TIGHT
    const style = () => {
        options.look = isDark() ? 'dark' : 'light'
        const { styleLight, styleDark, pmtiles } = options
        const url = options.look === 'dark' ? styleDark : styleLight
        return composeStyle({ url, pmtiles, container, points, lines, radius })
    }

    setWorkerUrl(new URL(options.worker ?? 'worker.js', options.worker ? location.href : import.meta.url).href)
    const fallback = [...container.childNodes]
    const stage = document.createElement('div')
    stage.className = 'ct-map__stage'
    const firstStyle = await style()
    container.append(stage)
    const map = createMap({ stage, words, label: options.label, style: firstStyle, view: firstView(points, lines, options) })
    const stopThemes = onThemeChange(async () => map.setStyle(await style()))
    maps.set(container, () => {
        stopThemes()
        map.remove()
    })
    await loaded(map)
    const update = showMarkers({ map, points, words })
    update()
    map.on('idle', update)
    fallback.forEach((node) => node.remove())
}

function createMap({ stage, words, label, style, view }) {
    const map = new Map({
        container: stage,
        style,
        ...view,
        maxBounds: EUROPE,
        maxZoom: NEAREST,
        // A page must scroll under the wheel and the finger, even over a map.
        cooperativeGestures: true,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        fadeDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 200,
        attributionControl: { compact: true },
        locale: {
            'Map.Title': label ?? '',
            'NavigationControl.ZoomIn': words.zoomIn,
            'NavigationControl.ZoomOut': words.zoomOut,
            'Popup.Close': words.close,
            'AttributionControl.ToggleAttribution': words.source,
            'CooperativeGesturesHandler.WindowsHelpText': words.wheel,
            'CooperativeGesturesHandler.MacHelpText': words.wheelMac,
            'CooperativeGesturesHandler.MobileHelpText': words.touch,
        },
    })
    map.touchZoomRotate.disableRotation()
    map.keyboard.disableRotation()
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    return map
}

function firstView(points, lines, { zoom = '8' }) {
    const ends = lines.flatMap(({ geometry }) => geometry.coordinates.flat(geometry.type === 'LineString' ? 0 : 1))
    const places = [...points.map(({ geometry }) => geometry.coordinates), ...ends]
    const bounds = places.reduce((box, place) => box.extend(place), new LngLatBounds())
    return {
        bounds: bounds.isEmpty() ? FIRST_VIEW : bounds,
        fitBoundsOptions: { padding: 48, maxZoom: Number(zoom) },
    }
}

function loaded(map) {
    return new Promise((resolve, reject) => {
        map.once('load', resolve)
        map.on('error', ({ error }) => {
            // After the first picture a missing tile is no reason to take the map away.
            reject(error)
            console.error(error)
        })
    })
}

function stopMap(container) {
    maps.get(container)?.()
    maps.delete(container)
    // A browser without WebGL fails before there is a map to remove.
    container.querySelector('.ct-map__stage')?.remove()
}

startMaps()
document.addEventListener('htmx:load', (event) => startMaps(event.target))
document.addEventListener('htmx:beforeCleanupElement', ({ target }) => maps.has(target) && stopMap(target))
