import { Framed } from './framed.ts'
import type { Scanner, Sink } from './sink.ts'

interface FramedPair {
  readonly upstream: Framed
  readonly downstream: Framed
}

/** Both directions of one connection: when one cannot be read on, the other stops too. */
export function framedPair(
  client: (sink: Sink) => Scanner,
  server: (sink: Sink) => Scanner,
): FramedPair {
  const pair: FramedPair = {
    upstream: new Framed(client, () => pair.downstream.stop()),
    downstream: new Framed(server, () => pair.upstream.stop()),
  }
  return pair
}
