// Points on the map as elements of the page: real links that can be reached by keyboard, read by a
// screen reader, opened in a new tab, and coloured by the page's own stylesheet.
//
// A link shows its title when the pointer or the focus is on it. A finger has no hovering: the first
// tap shows the title, the second follows the link.

import { Marker, Popup } from 'maplibre-gl'

import { POINTS } from './look.js'

const KIND_OF_LAYER = { problems: 'problem', solutions: 'solution', cities: 'city' }
const LEAVES_SHOWN = 20

// Told apart by shape as well as by colour: a ring asks, a diamond with a tick answers, a square is a place.
const SHAPES = {
    problem: [['circle', { cx: 12, cy: 12, r: 9 }], ['path', { class: 'ct-marker__sign', d: 'M12 7v6M12 16.5v.5' }]],
    solution: [['path', { d: 'M12 1 23 12 12 23 1 12z' }], ['path', { class: 'ct-marker__sign', d: 'm7.5 12 3 3 6-6' }]],
    city: [['path', { d: 'M4 4h16v16H4z' }], ['path', { class: 'ct-marker__sign', d: 'M8 16v-5l4-3 4 3v5' }]],
}

/** Shows `points` on `map`; returns the function that brings the markers up to date after a move. */
export function showMarkers({ map, points, words }) {
    const popup = createPopup(map)
    const shown = new Map()

    return function update() {
        const wanted = new Map(map.querySourceFeatures(POINTS).map((feature) => [keyOf(feature), feature]))
        for (const [key, marker] of shown) {
            if (wanted.has(key)) continue
            // The focus would fall back to the top of the page with the element that had it.
            if (marker.getElement() === document.activeElement) map.getCanvas().focus()
            marker.remove()
            shown.delete(key)
        }
        for (const [key, feature] of wanted) {
            if (shown.has(key)) continue
            const marker = feature.properties.cluster
                ? clusterMarker({ map, points, feature, words, popup })
                : pointMarker({ map, point: points[feature.properties.number], words, popup })
            shown.set(key, marker.addTo(map))
        }
    }
}

function createPopup(map) {
    const popup = new Popup({ className: 'ct-popup', focusAfterOpen: false, maxWidth: '18rem', offset: 18 })
    popup.on('close', () => {
        popup.shows = null
    })
    map.getContainer().addEventListener('keydown', (event) => {
        if (event.key === 'Escape') popup.remove()
    })
    return popup
}

const keyOf = ({ properties }) => (properties.cluster ? `cluster ${properties.cluster_id}` : `point ${properties.number}`)

function pointMarker({ map, point, words, popup }) {
    const { kind, title } = point.properties
    const link = document.createElement('a')
    link.className = `ct-marker ct-marker--${kind}`
    link.draggable = false
    link.setAttribute('aria-label', `${words[kind]}: ${title}`)
    if (point.properties.url) link.href = point.properties.url
    link.append(shapeOf(kind))
    const show = () => showPopup({ map, popup, at: point.geometry.coordinates, points: [point], words })
    followOnSecondTap({ link, popup, show, point })
    link.addEventListener('pointerenter', ({ pointerType }) => pointerType === 'touch' || show())
    link.addEventListener('focus', () => {
        bringIntoView(map, point.geometry.coordinates)
        show()
    })
    return new Marker({ element: link }).setLngLat(point.geometry.coordinates)
}

function followOnSecondTap({ link, popup, show, point }) {
    let isFirstTap = false
    link.addEventListener('pointerdown', ({ pointerType }) => {
        // Asked before the focus opens the popup.
        isFirstTap = pointerType === 'touch' && popup.shows !== point
    })
    link.addEventListener('click', (event) => {
        // The map would take it for a click beside the popup and close it.
        event.stopPropagation()
        if (!isFirstTap) return
        event.preventDefault()
        isFirstTap = false
        show()
    })
}

function clusterMarker({ map, points, feature, words, popup }) {
    const { cluster_id: id, point_count: count } = feature.properties
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'ct-cluster'
    button.textContent = count
    button.setAttribute('aria-label', words.cluster.replace('{count}', count))
    button.addEventListener('click', async (event) => {
        event.stopPropagation()
        const source = map.getSource(POINTS)
        const zoom = await source.getClusterExpansionZoom(id)
        if (zoom <= map.getMaxZoom()) {
            map.easeTo({ center: feature.geometry.coordinates, zoom })
            return
        }
        const leaves = await source.getClusterLeaves(id, LEAVES_SHOWN, 0)
        const same = leaves.map((leaf) => points[leaf.properties.number])
        showPopup({ map, popup, at: feature.geometry.coordinates, points: same, words })
    })
    button.addEventListener('focus', () => bringIntoView(map, feature.geometry.coordinates))
    return new Marker({ element: button }).setLngLat(feature.geometry.coordinates)
}

function bringIntoView(map, coordinates) {
    if (!map.getBounds().contains(coordinates)) map.easeTo({ center: coordinates })
}

function showPopup({ map, popup, at, points, words }) {
    if (popup.shows === points[0]) return
    const content = document.createElement('ul')
    content.className = 'ct-popup__list'
    content.append(...points.map((point) => popupEntry(point, words)))
    popup.setLngLat(at).setDOMContent(content).addTo(map)
    popup.shows = points[0]
}

// Titles come from other people and other cities: they are only ever set as text.
function popupEntry({ properties: { kind, title, url } }, words) {
    const entry = document.createElement('li')
    const label = document.createElement('span')
    label.className = `ct-popup__kind ct-popup__kind--${kind}`
    label.textContent = words[kind]
    const link = document.createElement(url ? 'a' : 'span')
    link.className = url ? 'kern-link' : ''
    link.textContent = title
    if (url) link.href = url
    entry.append(label, link)
    return entry
}

function shapeOf(kind) {
    const create = (name, attributes) => {
        const element = document.createElementNS('http://www.w3.org/2000/svg', name)
        Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value))
        return element
    }
    const drawing = create('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' })
    drawing.append(...SHAPES[kind].map(([name, attributes]) => create(name, attributes)))
    return drawing
}

/** The points and lines of a GeoJSON collection, in the shape that the rest relies on. */
export function readFeatures({ features = [] }) {
    const points = features
        .filter(({ geometry }) => geometry?.type === 'Point')
        .map(({ geometry, properties }, number) => ({
            type: 'Feature',
            geometry,
            properties: {
                number,
                kind: KIND_OF_LAYER[properties?.layer] ?? 'city',
                title: String(properties?.title ?? ''),
                url: webAddress(properties?.path),
            },
        }))
    const lines = features.filter(({ geometry }) => geometry?.type.endsWith('LineString'))
    return { points, lines: lines.map(({ geometry }) => ({ type: 'Feature', geometry, properties: {} })) }
}

/** The address if it leads to a web page, and nothing if it would run a script. */
function webAddress(value) {
    if (!value || !URL.canParse(value, location.href)) return null
    const address = new URL(value, location.href)
    return ['http:', 'https:'].includes(address.protocol) ? address.href : null
}
