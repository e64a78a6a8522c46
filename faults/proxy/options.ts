import { parseArgs } from 'node:util'

export interface Options {
  readonly host: string
  readonly port: number
  readonly config: string | undefined
  readonly seed: number
  readonly readyFile: string | undefined
  readonly runtimeMetrics: boolean
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
  -version, -help
Environment: PROXY_TOKEN  if set, each call must carry "Authorization: Bearer …"`

/** Reads Go-style flags: \`-port 1\`, \`--port=1\`, \`-version\`. Throws on unknown ones. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.flatMap(normalise),
    options: {
      host: { type: 'string', default: 'localhost' },
      port: { type: 'string', default: '8474' },
      config: { type: 'string' },
      seed: { type: 'string' },
      'ready-file': { type: 'string' },
      'proxy-metrics': { type: 'boolean' },
      'runtime-metrics': { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    host: values.host === 'localhost' ? '127.0.0.1' : values.host,
    port: integer('port', values.port, 65_535),
    config: values.config,
    seed: integer('seed', values.seed ?? `${Date.now()}`, Number.MAX_SAFE_INTEGER),
    readyFile: values['ready-file'],
    runtimeMetrics: values['runtime-metrics'],
    version: values.version,
    help: values.help,
  }
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
