import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Selector } from '../../lab/model/capability.ts'
import type { Context, LabSystem } from '../../lab/model/target.ts'
import { type LinkedPart, withLinks } from '../../targets/linked.ts'
import { type RedisNode, startRedis } from '../../targets/redis.ts'
import { faultBench } from './fault-bench.ts'

/** A Redis behind a link, as a system whose process can be hurt. */
export interface RedisBench extends AsyncDisposable {
  readonly context: Context
  readonly system: RedisSystem
  readonly node: RedisNode
  /** `+PONG`, or what came instead: `refused` at once, `silent` after the patience. */
  ping(patienceMs?: number): Promise<string>
  /** A connection through the link that stays open. */
  hold(): Promise<void>
}

interface RedisSystem extends LabSystem {
  readonly redis: LinkedPart
}

export const redisPart: Selector<RedisSystem, LinkedPart> = Object.assign(
  ({ redis }: RedisSystem) => redis,
  { label: 'redis' },
)

export async function redisBench(): Promise<RedisBench> {
  const bench = await faultBench()
  const node = await startRedis(bench.context)
  const { system: behind, at } = await bench.system('redis', node)
  const redis = withLinks(node, behind.links)
  const owned: Socket[] = []
  const client = () => {
    const socket = connect(at)
    socket.on('error', () => {})
    return socket
  }
  return {
    context: bench.context,
    system: { ...behind, redis },
    node,
    ping: (patienceMs = 20_000) => {
      const socket = client()
      return new Promise<string>(resolve => {
        socket.on('data', data => resolve(`${data}`.trim()))
        socket.on('close', () => resolve('refused'))
        setTimeout(() => resolve('silent'), patienceMs).unref()
        socket.write('PING\r\n')
      }).finally(() => socket.destroy())
    },
    hold: async () => {
      const socket = client()
      owned.push(socket)
      socket.write('PING\r\n')
      await once(socket, 'data')
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of owned) socket.destroy()
      await node[Symbol.asyncDispose]()
      await bench[Symbol.asyncDispose]()
    },
  }
}
