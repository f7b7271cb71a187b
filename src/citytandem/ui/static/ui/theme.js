// Runs before the page is drawn, so that a chosen colour scheme does not flash.
try {
    const chosen = localStorage.getItem('ct-theme')
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.kernTheme = chosen
} catch {
    // Storage may be forbidden; then the device decides.
}
