import { parseArgs } from 'node:util'

export interface Options {
  readonly host: string
  readonly port: number
  readonly config: string | undefined
  /** A 64-bit integer, as it was written. */
  readonly seed: string
  readonly readyFile: string | undefined
  readonly runtimeMetrics: boolean
  readonly publishedOnLoopback: boolean
  readonly version: boolean
  readonly help: boolean
}

export const USAGE = `Usage: proxy [flags]      (Toxiproxy's flags, with one dash or two)
  -host HOST          API address (default localhost); other than loopback needs PROXY_TOKEN
  -port PORT          API port (default 8474; 0 takes a free one)
  -config FILE        JSON list of proxies, with their toxics, to create on start
  -seed N             seed of all chance: the same seed gives the same faults (default: random)
  -ready-file FILE    written when listening: {"url", "pid"}
  -proxy-metrics      accepted for compatibility: /metrics always has them
  -runtime-metrics    adds metrics of the process
  -published-on-loopback  in a container whose API port only loopback reaches: any host, without a token
  -version, -help
Environment: PROXY_TOKEN  if set, each call must carry "Authorization: Bearer …" or Basic with it as password`

const flags = {
  host: { type: 'string', default: 'localhost' },
  port: { type: 'string', default: '8474' },
  config: { type: 'string' },
  seed: { type: 'string' },
  'ready-file': { type: 'string' },
  'proxy-metrics': { type: 'boolean' },
  'runtime-metrics': { type: 'boolean', default: false },
  'published-on-loopback': { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/**
 * Reads Go-style flags: `-port 1`, `--port=1`, `-version`.
 * @throws {Error} naming the flag that is unknown or out of its range.
 */
export function parseOptions(args: readonly string[]): Options {
  const given = args.flatMap(normalise)
  const unknown = given.find(arg => /^--\w/.test(arg) && !(flagOf(arg) in flags))
  if (unknown) throw new Error(`flag provided but not defined: -${flagOf(unknown)}`)
  const { values } = parseArgs({ args: joinNegative(given), options: flags })
  return {
    host: values.host === 'localhost' ? '127.0.0.1' : values.host,
    port: integer('port', values.port, 65_535),
    config: values.config,
    seed: wholeNumber('seed', values.seed ?? `${Date.now()}`),
    readyFile: values['ready-file'],
    runtimeMetrics: values['runtime-metrics'],
    publishedOnLoopback: values['published-on-loopback'],
    version: values.version,
    help: values.help,
  }
}

const flagOf = (arg: string): string => arg.slice(2).split('=')[0] ?? ''

/** `-seed -5`: parseArgs takes a negative number for a flag of its own. */
function joinNegative(args: readonly string[]): string[] {
  const joined: string[] = []
  for (const arg of args) {
    if (/^-\d/.test(arg) && joined.length > 0) joined.push(`${joined.pop()}=${arg}`)
    else joined.push(arg)
  }
  return joined
}

function normalise(arg: string): string[] {
  const long = arg.replace(/^-(?=[a-z]{2})/, '--')
  const boolean = /^--(proxy-metrics|runtime-metrics|version|help)=(true|false)$/.exec(long)
  if (!boolean) return [long]
  return boolean[2] === 'true' ? [`--${boolean[1]}`] : []
}

function integer(flag: string, text: string, most: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value
  throw new Error(`-${flag}: expected an integer from 0 to ${most}, found '${text}'`)
}

function wholeNumber(flag: string, text: string): string {
  if (/^-?\d+$/.test(text)) return text
  throw new Error(`-${flag}: expected an integer, found '${text}'`)
}
