import { join } from 'node:path'
import { systemClock } from '../../lab/base/clock.ts'
import { playUndo } from '../../lab/ledger/play-undo.ts'
import type { Link, Linked, Selector } from '../../lab/model/capability.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import type { Context, LabSystem } from '../../lab/model/target.ts'
import type { TestRun } from '../../targets/testing/test-run.ts'
import type { MessageProxy, TestLink } from '../proxy/testing/message-proxy.ts'
import { type Rig, startRig } from '../proxy/testing/rig.ts'

/** A system that is one part, behind one link. */
export interface OnePart extends LabSystem {
  readonly part: Linked
}

export const part: Selector<OnePart, Linked> = Object.assign((system: OnePart) => system.part, {
  label: 'part',
})

/** Where a fault is tried: on a real link of the embedded proxy. */
export interface FaultBench extends AsyncDisposable {
  readonly proxy: MessageProxy
  readonly context: Context
  /** For real servers and clients. */
  readonly rig: Rig
  system(
    protocol: Link['protocol'],
    server: { readonly host: string; readonly port: number },
  ): Promise<{ readonly system: OnePart; readonly at: TestLink }>
}

export async function faultBench(): Promise<FaultBench> {
  const rig = await startRig()
  const { proxy } = rig
  return {
    proxy,
    context: contextOf(rig.run),
    rig,
    system: async (protocol, server) => {
      const at = await proxy.link(protocol, server)
      return { system: onePart(linkOf(proxy, at, protocol)), at }
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  }
}

/** What a fault is planned with, for a test that looks at no journal. */
export function contextOf(run: TestRun): Context {
  const recorder: Context['recorder'] = {
    record: event => ({ ...event, index: 0, atMs: 0, source: 'test' }),
  }
  return { ...run, recorder, defencesOff: [] }
}

/** Plays an undo as another process would: from its JSON. */
export async function play(undo: Undo | undefined): Promise<void> {
  if (!undo) throw new Error('expected a fault that can be undone, found one without an undo')
  const labFolder = join(import.meta.dirname, '../../.lab')
  await playUndo(JSON.parse(JSON.stringify(undo)), labFolder, systemClock)
}

function linkOf(proxy: MessageProxy, at: TestLink, protocol: Link['protocol']): Link {
  return {
    name: at.name,
    consumer: 'test',
    provider: 'server',
    protocol,
    adminUrl: proxy.url,
    tapUrl: proxy.url,
    listenHost: at.host,
    listenPort: at.port,
  }
}

function onePart(link: Link): OnePart {
  const links = [link]
  return {
    links,
    part: { name: 'part', links },
    describe: () => ({}),
    [Symbol.asyncDispose]: async () => {},
  }
}
