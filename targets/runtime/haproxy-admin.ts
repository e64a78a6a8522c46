import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { LabError } from '../../lab/base/errors.ts'

const row = z.object({
  pxname: z.string(),
  svname: z.string(),
  status: z.string(),
  scur: z.coerce.number(),
  stot: z.coerce.number(),
})

/** One member as the balancer sees it. */
export interface MemberState {
  readonly pool: string
  readonly member: string
  /** `UP`, `DOWN`, `DRAIN`, `MAINT`, or in between: `UP 1/2`. */
  readonly status: string
  readonly sessions: number
  readonly sessionsEver: number
}

/** Bytes of a unix socket's path, without the end mark: 103 on macOS, 107 on Linux. */
const longestPathBytes = 103

/** The balancer's stats socket: a file that only its owner may use. */
export class HaproxyAdmin {
  readonly #path: string

  /** @throws {LabError} `path-too-long` when no socket can have that path. */
  constructor(path: string) {
    const bytes = Buffer.byteLength(path)
    if (bytes > longestPathBytes) throw tooLong(path, bytes)
    this.#path = path
  }

  async members(): Promise<readonly MemberState[]> {
    const [header = '', ...lines] = (await this.#ask('show stat')).trim().split('\n')
    const names = header.replace(/^# /, '').split(',')
    return lines
      .map(line => {
        const cells = line.split(',')
        return row.parse(Object.fromEntries(names.map((name, index) => [name, cells[index]])))
      })
      .filter(({ svname }) => svname !== 'FRONTEND' && svname !== 'BACKEND')
      .map(it => ({
        pool: it.pxname,
        member: it.svname,
        status: it.status,
        sessions: it.scur,
        sessionsEver: it.stot,
      }))
  }

  /** `drain`: what is open may end, nothing new comes. `maint`: out, whatever its health. */
  async set(pool: string, member: string, state: 'ready' | 'drain' | 'maint'): Promise<void> {
    const answer = (await this.#ask(`set server ${pool}/${member} state ${state}`)).trim()
    if (answer !== '') throw new Error(`HAProxy refused ${state} of ${pool}/${member}: ${answer}`)
  }

  async #ask(command: string): Promise<string> {
    const socket = connect({ path: this.#path })
    socket.setTimeout(2_000, () => socket.destroy(new Error('HAProxy gave no answer in 2 s')))
    socket.write(`${command}\n`)
    return text(socket)
  }
}

function tooLong(path: string, bytes: number): LabError {
  return new LabError(
    {
      code: 'path-too-long',
      expected: `the path of HAProxy's admin socket to have at most ${longestPathBytes} bytes`,
      found: `${bytes} bytes: ${path}`,
      why: 'the operating system knows no longer ones',
      next: 'move the project (or TMPDIR, in tests) to a shorter path',
    },
    'unable',
  )
}
