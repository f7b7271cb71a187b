// MapLibre's stylesheet without the pictures of controls that our maps do not show.

import postcss from 'postcss'

const UNUSED = /maplibregl-ctrl-(fullscreen|shrink|compass|terrain|globe|geolocate|scale|logo)|maplibregl-user-location/

/** The rules for map, popup, zoom buttons, attribution and gestures. */
export function trimMapStyles(css) {
    const root = postcss.parse(css)
    root.walkRules((rule) => {
        const kept = rule.selectors.filter((selector) => !UNUSED.test(selector))
        if (kept.length) rule.selectors = kept
        else rule.remove()
    })
    root.walkAtRules((rule) => {
        if (rule.name === 'keyframes' && UNUSED.test(rule.params)) rule.remove()
        else if (rule.nodes && !rule.nodes.length) rule.remove()
    })
    return root.toString()
}
