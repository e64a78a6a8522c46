import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

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

/** The balancer's stats socket. */
export class HaproxyAdmin {
  readonly #port: number

  constructor(port: number) {
    this.#port = port
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
    const socket = connect({ host: '127.0.0.1', port: this.#port })
    socket.setTimeout(2_000, () => socket.destroy(new Error('HAProxy gave no answer in 2 s')))
    socket.write(`${command}\n`)
    return text(socket)
  }
}
