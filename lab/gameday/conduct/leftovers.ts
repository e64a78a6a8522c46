import { z } from 'zod'
import { messageOf } from '../../base/errors.ts'
import { readLedger } from '../../ledger/ledger-file.ts'
import type { Link } from '../../model/capability.ts'
import { tokenOf } from '../../run/wire.ts'
import type { DayState } from '../record/day-state.ts'

const proxy = z.object({ enabled: z.boolean(), toxics: z.array(z.object({ name: z.string() })) })
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
  const [onLinks, owed] = await Promise.all([
    Promise.all(links.map(onLink)),
    readLedger(ledgerFile).then(
      ({ owed }) => owed.map(({ label }) => `the ledger still owes the undo of ${label}`),
      (error: unknown) => [`the ledger cannot be read: ${messageOf(error)}`],
    ),
  ])
  const away = [...state.processes].flatMap(([name, { step }]) =>
    step === 'ready' || step === 'resumed' || step === 'spawned' ? [] : [`${name} is ${step}`],
  )
  return {
    looked: [
      `the proxies of ${links.length} links`,
      'the ledger of undos',
      `${state.processes.size} processes`,
    ],
    left: [...onLinks.flat(), ...owed, ...away],
  }
}

async function onLink(link: Link): Promise<readonly string[]> {
  const urls = [...new Set([link.tapUrl, link.adminUrl])]
  const found = await Promise.all(urls.map(url => onProxy(url, link)))
  return found.flat()
}

async function onProxy(base: string, link: Link): Promise<readonly string[]> {
  try {
    const url = new URL(`/proxies/${encodeURIComponent(link.name)}`, base)
    const headers = base === link.tapUrl ? tokenOf([link]) : {}
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(askWithinMs) })
    const { enabled, toxics } = proxy.parse(await answer.json())
    return [
      ...(enabled ? [] : [`${link.name} is closed`]),
      ...toxics.map(({ name }) => `${link.name} still has ${name}`),
    ]
  } catch (error) {
    return [`the proxy of ${link.name} does not tell: ${messageOf(error)}`]
  }
}
