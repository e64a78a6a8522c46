import { z } from 'zod'
import { messageOf } from '../../base/errors.ts'
import { readLedger } from '../../ledger/ledger-file.ts'
import type { Link } from '../../model/capability.ts'
import { tokenOf } from '../../run/wire.ts'
import type { DayState } from '../record/day-state.ts'

const proxies = z.record(
  z.string(),
  z.object({ enabled: z.boolean(), toxics: z.array(z.object({ name: z.string() })) }),
)
const askWithinMs = 2_000

/** What was looked at, and what of it is not as it was before any fault. */
export interface Leftovers {
  readonly looked: readonly string[]
  readonly left: readonly string[]
}

/**
 * Looks at the world itself, not at what the console believes: the proxy of every link, the ledger of
 * undos, the processes.
 */
export async function findLeftovers(
  links: readonly Link[],
  ledgerFile: string,
  state: Pick<DayState, 'processes'>,
): Promise<Leftovers> {
  const [left, owed] = await Promise.all([
    onLinks(links),
    readLedger(ledgerFile).then(
      ({ owed }) => owed.map(({ label }) => `the ledger still owes the undo of ${label}`),
      (error: unknown) => [`the ledger cannot be read: ${messageOf(error)}`],
    ),
  ])
  const away = [...state.processes].flatMap(([name, { step }]) =>
    step === 'exited' || step === 'paused' ? [`${name} is ${step}`] : [],
  )
  const starting = startingOf(state).map(name => `${name} is not ready yet`)
  return {
    looked: [
      `the proxies of ${links.length} links`,
      'the ledger of undos',
      `${state.processes.size} processes`,
    ],
    left: [...left, ...owed, ...away, ...starting],
  }
}

/** Processes that were started again and do not answer yet. */
export function startingOf({ processes }: Pick<DayState, 'processes'>): readonly string[] {
  return [...processes].flatMap(([name, { step, tells }]) =>
    step === 'spawned' && tells ? [name] : [],
  )
}

/** Each proxy is asked once for all of its links: a stop waits for it. */
async function onLinks(links: readonly Link[]): Promise<readonly string[]> {
  const asked = links.flatMap(link =>
    [...new Set([link.tapUrl, link.adminUrl])].map(base => ({ link, base })),
  )
  const found = [...Map.groupBy(asked, ({ base }) => base)].map(([base, all]) =>
    onProxy(
      base,
      all.map(({ link }) => link),
    ),
  )
  return (await Promise.all(found)).flat()
}

async function onProxy(base: string, links: readonly Link[]): Promise<readonly string[]> {
  try {
    const headers = links.some(({ tapUrl }) => tapUrl === base) ? tokenOf(links) : {}
    const signal = AbortSignal.timeout(askWithinMs)
    const answer = await fetch(new URL('/proxies', base), { headers, signal })
    const all = proxies.parse(await answer.json())
    return links.flatMap(({ name }) => {
      const one = all[name]
      if (!one) return [`${name} has no proxy any longer`]
      return [
        ...(one.enabled ? [] : [`${name} is closed`]),
        ...one.toxics.map(toxic => `${name} still has ${toxic.name}`),
      ]
    })
  } catch (error) {
    const names = links.map(({ name }) => name).join(', ')
    return [`the proxy of ${names} does not tell: ${messageOf(error)}`]
  }
}
