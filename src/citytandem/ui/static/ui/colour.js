// While somebody types a colour: how it stands against white. The server checks the same when it is saved.

const LEAST = 4.5

function linear(part) {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

function contrastWithWhite(colour) {
    const value = Number.parseInt(colour.slice(1), 16)
    const luminance = 0.2126 * linear(value >> 16) + 0.7152 * linear((value >> 8) & 255) + 0.0722 * linear(value & 255)
    return 1.05 / (luminance + 0.05)
}

for (const form of document.querySelectorAll('[data-colour]')) {
    const field = form.querySelector('[name="colour"]')
    const live = form.querySelector('[data-colour-live]')
    const swatch = form.querySelector('[data-colour-swatch]')
    const words = form.querySelector('[data-colour-ratio]')
    const show = () => {
        const colour = field.value.trim().toLowerCase()
        live.hidden = !/^#[0-9a-f]{6}$/.test(colour)
        if (live.hidden) return
        const ratio = contrastWithWhite(colour)
        swatch.setAttribute('fill', colour)
        const cut = (Math.floor(ratio * 100) / 100).toFixed(2)
        words.textContent = `${words.dataset.word}: ${cut} – ${ratio >= LEAST ? words.dataset.good : words.dataset.bad}`
    }
    field.addEventListener('input', show)
}
