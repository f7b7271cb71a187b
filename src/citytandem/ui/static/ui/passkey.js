// Passkeys (WebAuthn), and the button that shows a password. Without this module the pages work with passwords and codes.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
        .replace(/\+/g, '-')
        .replace(/\//g, '_')
        .replace(/=+$/, '')

// Browsers that cannot read the options as JSON yet.
function readOptions(options, kind) {
    const reader = `parse${kind}OptionsFromJSON`
    if (PublicKeyCredential[reader]) return PublicKeyCredential[reader](options)
    const read = { ...options, challenge: toBytes(options.challenge) }
    for (const list of ['excludeCredentials', 'allowCredentials']) {
        if (read[list]) read[list] = read[list].map((one) => ({ ...one, id: toBytes(one.id) }))
    }
    if (read.user) read.user = { ...read.user, id: toBytes(read.user.id) }
    return read
}

function writeAnswer(credential) {
    if (credential.toJSON) return credential.toJSON()
    const said = credential.response
    const response = {}
    for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
        if (said[part]) response[part] = toText(said[part])
    }
    return {
        id: credential.id,
        rawId: toText(credential.rawId),
        type: credential.type,
        clientExtensionResults: credential.getClientExtensionResults(),
        response,
    }
}

async function question(form) {
    const there = document.getElementById('passkey-options')
    if (there) return JSON.parse(there.textContent)
    const answer = await fetch(form.action, { headers: { Accept: 'application/json' } })
    if (!answer.ok) throw new Error(`asked for a passkey: ${answer.status}`)
    return answer.json()
}

async function ask(form) {
    const asked = await question(form)
    if (asked.creation_options) {
        const publicKey = readOptions(asked.creation_options.publicKey, 'Creation')
        return navigator.credentials.create({ publicKey })
    }
    return navigator.credentials.get({ publicKey: readOptions(asked.request_options.publicKey, 'Request') })
}

function setUp(form) {
    const button = form.querySelector('[data-passkey-start]')
    const said = form.querySelector('[data-passkey-said]')
    const words = form.querySelector('[data-passkey-words]').dataset
    form.hidden = false
    button.hidden = false
    button.addEventListener('click', async () => {
        button.disabled = true
        said.hidden = true
        try {
            form.elements.credential.value = JSON.stringify(writeAnswer(await ask(form)))
            form.submit()
        } catch (error) {
            const reasons = { NotAllowedError: words.cancelled, AbortError: words.cancelled, InvalidStateError: words.known }
            said.textContent = reasons[error.name] ?? words.failed
            said.hidden = false
            button.disabled = false
        }
    })
}

// Enter in the field for the name makes the passkey, too.
function onEnter(form) {
    form.addEventListener('submit', (event) => {
        if (form.elements.credential.value) return
        event.preventDefault()
        form.querySelector('[data-passkey-start]').click()
    })
}

if (window.PublicKeyCredential && navigator.credentials) {
    for (const form of document.querySelectorAll('[data-passkey]')) {
        setUp(form)
        onEnter(form)
    }
    for (const part of document.querySelectorAll('[data-needs-passkeys]')) part.hidden = false
    for (const part of document.querySelectorAll('[data-passkey-missing]')) part.hidden = true
}

for (const button of document.querySelectorAll('[data-reveal-button]')) {
    const field = button.closest('.ct-password').querySelector('[data-reveal]')
    button.hidden = !field
    button.addEventListener('click', () => {
        const shown = field.type === 'text'
        field.type = shown ? 'password' : 'text'
        button.textContent = shown ? button.dataset.show : button.dataset.hide
    })
    // A password that stands there readable must not be stored by the browser as a word.
    field?.form.addEventListener('submit', () => {
        field.type = 'password'
    })
}
