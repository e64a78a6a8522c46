import { LabError } from '../lab/base/errors.ts'
import type { Link, Linked, Selector } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import type { LabSystem } from '../lab/model/target.ts'
import { ownToxicFault } from './own-toxic-fault.ts'
import { ApiError } from './proxy/base/api-error.ts'
import type {
  HitsRequest,
  MatchRequest,
  MessageToxicType,
  ToxicAttributes,
} from './proxy/client/toxic-request.ts'
import { loadRegistry } from './proxy/load-registry.ts'
import { type Aim, neverStrikes } from './proxy/protocols/faults/strikeable.ts'

/** Which messages a fault strikes. Without `on` all of its kind, without `hits` each match. */
export interface Which<Match extends MatchRequest> {
  readonly on?: Match
  readonly hits?: HitsRequest
  /**
   * `present`: only messages of the connections open when the fault strikes, while new ones are fine.
   * Healing is silent then: where an answer is missing, it stays missing. Default: all connections.
   */
  readonly which?: 'present'
}

export interface MessageToxic<Type extends MessageToxicType> {
  readonly type: Type
  /** `upstream`: requests; `downstream`: answers, pushes, frames to the client. */
  readonly stream: 'upstream' | 'downstream'
  readonly attributes: ToxicAttributes[Type]
  readonly protocols: readonly Link['protocol'][]
  /** What every struck message is, whatever the user asks for. */
  readonly only?: MatchRequest
}

/**
 * Puts one message toxic of our own proxy on every link of a part, and takes it off again. `landed`
 * counts the messages it struck on each link. Refused where the real Toxiproxy injects.
 */
export function messageFault<System extends LabSystem, Type extends MessageToxicType>(
  name: string,
  select: Selector<System, Linked>,
  which: Which<MatchRequest>,
  { type, stream, attributes, only, protocols }: MessageToxic<Type>,
): Fault<System> {
  const { on, hits } = which
  const toxic = { type, stream, attributes: { ...attributes, match: { ...on, ...only } } }
  const connections = which.which && { which: which.which }
  return ownToxicFault(name, select, {
    settings: describe(which),
    toxics: [
      {
        ...toxic,
        ...(hits && { hits }),
        ...(connections && { connections }),
      },
    ],
    counts: 'messages',
    refuse: async link => {
      refuseOtherProtocol(name, link, protocols)
      await refuseUnstrikable(name, link, toxic)
    },
  })
}

function refuseOtherProtocol(
  fault: string,
  link: Link,
  protocols: readonly Link['protocol'][],
): void {
  if (protocols.includes(link.protocol)) return
  throw new LabError({
    code: 'fault-protocol',
    expected: `a link that speaks ${protocols.join(' or ')} for ${fault}`,
    found: `${link.name}, which speaks ${link.protocol}`,
    why: 'a fault at a message needs a proxy that can read the messages',
    next: 'select another part, or give the link its protocol in the target',
  })
}

/** What the proxy itself would say to this toxic, while nothing is touched yet. */
async function refuseUnstrikable(
  fault: string,
  link: Link,
  { type, stream, attributes }: Pick<Aim, 'type' | 'stream'> & { readonly attributes: object },
): Promise<void> {
  const problem = await whyNot(link.protocol)
  if (problem === undefined) return
  throw new LabError({
    code: 'fault-never-strikes',
    expected: `a fault that can strike on ${link.name}, which speaks ${link.protocol}`,
    found: `${fault} with ${problem}`,
    why: 'a fault that strikes nothing shows nothing of the system',
    next: 'change `on` as it says; docs/proxy-faults.md lists what each field matches',
  })

  async function whyNot(protocol: string): Promise<string | undefined> {
    const kind = (await loadRegistry()).toxics.get(type)
    if (!kind) return `no toxic ${type}`
    try {
      return neverStrikes({ type, stream, bound: kind.bind(attributes) }, protocol)
    } catch (error) {
      if (error instanceof ApiError) return error.message
      throw error
    }
  }
}

function describe({ on = {}, hits = {}, which }: Which<MatchRequest>): string[] {
  const told = Object.entries({ ...on, ...hits }).map(([field, value]) => `${field} ${text(value)}`)
  return which ? [...told, `${which} connections`] : told
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.join(' or ')
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`
}
