import type { Redis } from 'ioredis'
import type { Kit } from '../kit.ts'
import { every, loop } from '../resilience/loop.ts'
import { untilClosed } from '../resilience/until-closed.ts'

/**
 * A subscriber says nothing and hears nothing for as long as nothing is published: whether its
 * connection is still one is found out by asking. One that does not answer is opened anew, and its
 * channels are subscribed to again. `redis_subscriber_up` tells whether it hears.
 */
export function watchSubscriber(
  subscriber: Redis,
  { defences, metrics, log, onClose }: Pick<Kit, 'defences' | 'metrics' | 'log' | 'onClose'>,
): void {
  const { everyMs, timeoutMs } = defences.settings('subscriber-ping')
  let answers = false
  metrics.gaugeOf('redis_subscriber_up', () => (subscriber.status === 'ready' && answers ? 1 : 0))
  const ping = async () => {
    if (subscriber.status !== 'ready') {
      answers = false
      return false
    }
    const signal = AbortSignal.timeout(timeoutMs)
    const { promise: silence, resolve } = Promise.withResolvers<false>()
    signal.addEventListener('abort', () => resolve(false), { once: true })
    const answered = subscriber.ping().then(
      () => true,
      () => false,
    )
    answers = await Promise.race([answered, silence])
    if (answers) return false
    log.warn({ event: 'subscriber-silent' }, 'opened anew')
    subscriber.disconnect(true)
    return false
  }
  if (!defences.on('subscriber-ping')) {
    subscriber.on('ready', () => {
      answers = true
    })
    return
  }
  untilClosed(onClose, signal =>
    loop('subscriber-ping', ping, { idle: every(everyMs), signal, log }),
  )
}
