// Small comforts of the frame. Every page works without them.

const root = document.documentElement

function remember(theme) {
    try {
        if (theme) localStorage.setItem('ct-theme', theme)
        else localStorage.removeItem('ct-theme')
    } catch {
        // Storage may be forbidden; the choice then holds for this page.
    }
}

function showTheme(box) {
    const current = root.dataset.kernTheme ?? ''
    for (const button of box.querySelectorAll('[data-theme-choice]')) {
        button.setAttribute('aria-pressed', String(button.dataset.themeChoice === current))
    }
}

function setUpTheme() {
    const box = document.querySelector('[data-theme]')
    if (!box) return
    box.hidden = false
    showTheme(box)
    box.addEventListener('click', (event) => {
        const button = event.target.closest('[data-theme-choice]')
        if (!button) return
        const theme = button.dataset.themeChoice
        if (theme) root.dataset.kernTheme = theme
        else delete root.dataset.kernTheme
        remember(theme)
        showTheme(box)
        document.dispatchEvent(new CustomEvent('ct:theme', { detail: theme }))
    })
}

// Menus close on Escape and when one clicks beside them.
function setUpMenus() {
    const openMenus = () => document.querySelectorAll('details[data-menu][open]')
    document.addEventListener('click', (event) => {
        for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false
    })
    document.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape') return
        for (const menu of openMenus()) {
            menu.open = false
            menu.querySelector('summary').focus()
        }
    })
}

// Filters stand open where there is room for them.
function setUpFilters() {
    const wide = matchMedia('(min-width: 56rem)')
    const show = () => {
        for (const box of document.querySelectorAll('details[data-open-when-wide]')) box.open = wide.matches
    }
    show()
    wide.addEventListener('change', show)
}

setUpTheme()
setUpMenus()
setUpFilters()
document.querySelector('[data-focus]')?.focus()
