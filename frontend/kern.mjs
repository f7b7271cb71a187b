// Cut the KERN stylesheet down to what citytandem uses.
//
// KERN ships every layout utility in six widths (half of the file) and each icon twice (with and
// without the vendor prefix). A page should not pay for that: what is kept is listed here, so that
// adding a component later is one word and a rebuild.

import postcss from 'postcss'

// The first KERN class of a selector decides: 'card' keeps .kern-card, .kern-card--small, .kern-card__body…
const KEPT = [
    'accordion', 'alert', 'badge', 'body', 'btn', 'btn-wrapper', 'card', 'col', 'container', 'container-fluid', 'dark',
    'description-list', 'description-list-item', 'dialog', 'divider', 'error', 'fieldset', 'form-check', 'form-input',
    'heading', 'heading-display', 'heading-large', 'heading-medium', 'heading-small', 'heading-x-large', 'hgroup',
    'hint', 'icon', 'label', 'layer', 'level-0', 'level-1', 'level-2', 'light', 'link', 'list', 'loader', 'number',
    'preline', 'progress', 'row', 'sr-only', 'sr-only-mobile', 'subline', 'summary', 'summary-group', 'table',
    'table-responsive', 'task-list', 'task-list-group', 'title',
]

// Words after 'kern-' that belong to a kept name: label--small, preline-large…
const SIZED = /^(body|heading|label|preline|subline|title)-(small|medium|large|x-large|display)$/

const name = (className) => className.replace(/^\.kern-/, '').replace(/(--|__).*$/, '')

function isKept(selector) {
    const [first] = selector.match(/\.kern-[a-z0-9_-]+/) ?? []
    if (!first) return true // html, body, :root, [data-kern-theme]
    // .kern-row is the grid's row; .kern-row-2 and its like are utilities of the other grid.
    return KEPT.includes(name(first)) || SIZED.test(name(first))
}

function dropRules(root) {
    root.walkRules((rule) => {
        if (rule.parent.name?.endsWith('keyframes')) return
        const kept = rule.selectors.filter(isKept)
        if (kept.length) rule.selectors = kept
        else rule.remove()
    })
    root.walkAtRules((rule) => {
        if (rule.nodes && !rule.nodes.length) rule.remove()
    })
}

// Every browser in support knows the unprefixed property, and the prefixed one repeats whole pictures.
const dropPrefixedMasks = (root) => root.walkDecls(/^-webkit-mask/, (declaration) => declaration.remove())

function dropUnusedVariables(root) {
    // Removing one variable can leave another unused, hence the repetition.
    for (let removed = 1; removed; ) {
        removed = 0
        const used = new Set(root.toString().match(/(?<=var\(\s*)--[\w-]+/g))
        root.walkDecls(/^--kern-/, (declaration) => {
            if (used.has(declaration.prop) || KEPT_VARIABLES.test(declaration.prop)) return
            declaration.remove()
            removed += 1
        })
    }
}

// KERN repeats the value of nearly every variable as a fallback; where the variable is always there, it never applies.
function dropFallbacks(root) {
    const defined = new Set()
    root.walkDecls(/^--/, (declaration) => defined.add(declaration.prop))
    root.walkDecls((declaration) => {
        declaration.value = declaration.value.replace(/var\((--kern-[\w-]+),\s*[^(),]+\)/g, (whole, variable) =>
            defined.has(variable) ? `var(${variable})` : whole,
        )
    })
}

// The scale our own stylesheet builds on, used by KERN itself or not.
const KEPT_VARIABLES =
    /^--kern-(metric-space|metric-border|metric-baseline|metric-box-shadow|shadow|box-shadow|typography|font-size|color-(layout|action|feedback|form|decorative)|color-(neutral|darkblue|lightblue|turquois|orange|red|violet)-\d)/

/** The kept part of KERN's stylesheet, with the fonts' rules in front. */
export function trimKern(css, faces) {
    const root = postcss.parse(css)
    root.walkComments((comment) => comment.remove())
    root.walkAtRules('font-face', (rule) => rule.remove())
    root.walkAtRules('charset', (rule) => rule.remove())
    dropPrefixedMasks(root)
    dropRules(root)
    dropUnusedVariables(root)
    dropFallbacks(root)
    return faces.map(fontFace).join('') + root.toString()
}

const fontFace = ({ weight, file, range }) =>
    `@font-face{font-family:"Fira Sans";font-weight:${weight};font-style:normal;font-display:swap;` +
    `src:url("fonts/${file}") format("woff2");unicode-range:${range}}\n`
