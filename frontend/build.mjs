// Builds src/citytandem/ui/static/vendor/ from the packages in package.json and the sources in src/.
//
// The result is committed, so that running citytandem needs no node. Everything is served from the
// city's own address: the strict content security policy allows nothing else.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build, transform } from 'esbuild'

import { trimKern } from './kern.mjs'
import { trimMapStyles } from './mapstyles.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const MODULES = join(HERE, 'node_modules')
const VENDOR = join(HERE, '../src/citytandem/ui/static/vendor')
const PYTHON = process.env.PYTHON ?? 'python3'

// The EUPL asks that a changed work says so and when.
const CHANGED = '2026-11-22'

// Packages that do not carry their licence as a file.
const LICENCE_ELSEWHERE = {
    pmtiles: join(HERE, 'licences/BSD-3-Clause-pmtiles.txt'),
    'murmurhash-js': join(MODULES, 'murmurhash-js/README.md'),
}
const FIRA_SANS = {
    name: 'Fira Sans',
    version: '4.106',
    licence: 'OFL-1.1',
    text: join(HERE, 'licences/OFL-1.1-fira-sans.txt'),
}
const OWN = { name: 'citytandem', version: '', licence: 'EUPL-1.2', text: null }

const read = (path) => readFileSync(path, 'utf8')
const manifest = []

function describe(name) {
    const { version, license } = JSON.parse(read(join(MODULES, name, 'package.json')))
    const file = readdirSync(join(MODULES, name)).find((entry) => /^licen[cs]e/i.test(entry))
    return {
        name,
        version,
        licence: license.replace(/[()]/g, ''),
        text: LICENCE_ELSEWHERE[name] ?? join(MODULES, name, file),
    }
}

/** The package and all it needs: MapLibre comes with its dependencies already inside. */
function withDependencies(name, seen = new Map()) {
    if (seen.has(name) || name.startsWith('@types/')) return seen
    seen.set(name, describe(name))
    const { dependencies = {} } = JSON.parse(read(join(MODULES, name, 'package.json')))
    Object.keys(dependencies).forEach((dependency) => withDependencies(dependency, seen))
    return seen
}

function write(path, content, packages) {
    const target = join(VENDOR, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
    record(path, packages)
}

function record(path, packages) {
    const content = readFileSync(join(VENDOR, path))
    manifest.push({
        path,
        packages: packages.map(({ name, version, licence, text }) => ({
            name,
            version,
            licence,
            licence_file: text && licenceFile({ name, text }),
        })),
        sha256: createHash('sha256').update(content).digest('hex'),
        bytes: content.length,
    })
}

function licenceFile({ name, text }) {
    const path = `licences/${name.replace(/^@/, '').replace(/[/ ]/g, '-').toLowerCase()}.txt`
    if (!existsSync(join(VENDOR, path))) {
        mkdirSync(join(VENDOR, 'licences'), { recursive: true })
        writeFileSync(join(VENDOR, path), read(text).replaceAll('\r\n', '\n'))
    }
    return path
}

async function buildKern() {
    const kern = describe('@kern-ux/native')
    const fonts = join(MODULES, kern.name, 'dist/fonts/fira-sans')
    const faces = JSON.parse(
        execFileSync(PYTHON, [join(HERE, 'fonts.py'), fonts, join(VENDOR, 'kern/fonts')], { encoding: 'utf8' }),
    )
    faces.forEach(({ file }) => record(`kern/fonts/${file}`, [FIRA_SANS]))
    const css = trimKern(read(join(MODULES, kern.name, 'dist/kern.css')), faces)
    const { code } = await transform(css, { loader: 'css', minify: true })
    const notice =
        `/* KERN UX ${kern.version}, licensed under the EUPL-1.2. Changed ${CHANGED}: unused utilities and ` +
        'prefixed duplicates left out, fonts cut by script. */\n'
    write('kern/kern.css', notice + code, [kern])
}

function buildHtmx() {
    const htmx = describe('htmx.org')
    write('htmx/htmx.min.js', read(join(MODULES, htmx.name, 'dist/htmx.min.js')), [htmx])
}

async function buildMap() {
    const maplibre = [...withDependencies('maplibre-gl').values()]
    const pmtiles = [...withDependencies('pmtiles').values()]
    const { outputFiles } = await build({
        entryPoints: [join(HERE, 'src/map.js')],
        bundle: true,
        format: 'esm',
        minify: true,
        target: 'es2022',
        legalComments: 'inline',
        write: false,
    })
    write('maplibre/map.js', outputFiles[0].text, [OWN, ...maplibre, ...pmtiles])
    // A file of its own, as the policy forbids workers made from a string.
    const worker = read(join(MODULES, 'maplibre-gl/dist/maplibre-gl-worker.mjs'))
    write('maplibre/worker.js', worker.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'), maplibre)
    const css = trimMapStyles(read(join(MODULES, 'maplibre-gl/dist/maplibre-gl.css'))) + read(join(HERE, 'src/map.css'))
    const { code } = await transform(css, { loader: 'css', minify: true })
    write('maplibre/map.css', code, [OWN, maplibre[0]])
}

function writeManifest() {
    const files = manifest.sort((a, b) => (a.path < b.path ? -1 : 1))
    writeFileSync(join(VENDOR, 'manifest.json'), JSON.stringify({ files }, null, 1) + '\n')
    for (const { path, bytes } of files) console.log(String(bytes).padStart(9), path)
}

rmSync(VENDOR, { recursive: true, force: true })
await buildKern()
buildHtmx()
await buildMap()
writeManifest()
