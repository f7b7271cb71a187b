// Fills in the place where the reader is, when asked to.

function offer(step) {
    const box = step.querySelector('[data-place-here]')
    if (!box || !('geolocation' in navigator)) return
    const note = box.querySelector('[role="status"]')
    box.hidden = false
    box.querySelector('button').addEventListener('click', () => {
        navigator.geolocation.getCurrentPosition(
            ({ coords }) => {
                step.querySelector('[name="latitude"]').value = coords.latitude.toFixed(5)
                step.querySelector('[name="longitude"]').value = coords.longitude.toFixed(5)
                step.querySelector('[name="place_kind"][value="point"]').checked = true
                note.textContent = ''
            },
            () => {
                note.textContent = note.dataset.failed
            },
        )
    })
}

document.querySelectorAll('[data-place]').forEach(offer)
