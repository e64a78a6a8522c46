import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CoverageFile, CoverageReport } from 'monocart-coverage-reports'
import { print } from '../base/print.ts'
import { table } from './support/table.ts'

/**
 * `pnpm coverage [FILE…]`: runs the tests of `pnpm test`, or those whose path contains FILE, and
 * says which lines and branches they ran: in the tests' own processes, and in the proxy, the
 * service, its peers, the guardian and every other Node process they started. A process that is
 * killed takes what it counted with it. Ends with the code of the test run.
 */
const root = join(import.meta.dirname, '../..')
const folders = ['lab', 'faults', 'targets', 'targets/service']
const outputDir = join(root, 'coverage')

const counted = await mkdtemp(join(tmpdir(), 'lab-coverage-'))
try {
  process.exitCode = await runTests(counted)
  await report(counted)
} finally {
  await rm(counted, { recursive: true, force: true })
}

async function runTests(folder: string): Promise<number> {
  // Of what comes out of a cache of compiled code V8 counts whole functions only.
  const env = { ...process.env, NODE_V8_COVERAGE: folder, NODE_DISABLE_COMPILE_CACHE: '1' }
  const projects = ['--project', 'unit', '--project', 'scenarios']
  const child = spawn(
    join(root, 'node_modules/.bin/vitest'),
    ['run', ...projects, ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit', env },
  )
  const [code] = await once(child, 'close')
  return typeof code === 'number' ? code : 1
}

async function report(folder: string): Promise<void> {
  const reporter = new CoverageReport({
    name: 'Resilience Lab',
    outputDir,
    logging: 'error',
    reports: ['v8', 'json-summary'],
    entryFilter: ({ url }) => isCounted(url),
    // What Node ran: types are blanks there, so that every place is where it was.
    onEntry: withoutTypes,
    all: {
      dir: ['lab', 'faults', 'targets'].map(each => join(root, each)),
      filter: path => path.endsWith('.ts') && isCounted(path) && 'js',
      transformer: withoutTypes,
    },
  })
  await reporter.addFromDir(folder)
  const results = await reporter.generate()
  if (!results) throw new Error('No process wrote what it had counted.')
  print(process.stdout, `${summary(results.files)}\n\ncoverage/index.html`)
}

/** Sources, neither tests nor what only tests use; by path or file URL. */
function isCounted(place: string): boolean {
  const path = relative(root, place.startsWith('file:') ? fileURLToPath(place) : place)
  return /^(lab|faults|targets)\/.*(?<!\.test)\.ts$/.test(path) && !path.includes('/testing/')
}

async function withoutTypes(entry: { source?: string }): Promise<void> {
  entry.source = stripTypeScriptTypes(entry.source ?? '')
}

function summary(files: readonly CoverageFile[]): string {
  const rows = folders.map(folder => {
    const inside = files.filter(({ sourcePath }) => sourcePath.startsWith(`${folder}/`))
    return [folder, `${inside.length}`, share(inside, 'lines'), share(inside, 'branches')]
  })
  return table([['folder', 'files', 'lines', 'branches'], ...rows])
}

function share(files: readonly CoverageFile[], metric: 'lines' | 'branches'): string {
  const sum = (part: 'covered' | 'total') =>
    files.reduce((all, { summary }) => all + summary[metric][part], 0)
  const [covered, total] = [sum('covered'), sum('total')]
  return `${((100 * covered) / total).toFixed(1)} % (${covered} of ${total})`
}
