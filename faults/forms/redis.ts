import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { redisErrors } from '../proxy/protocols/faults/redis-errors.ts'
import { corruptReply } from '../redis/corrupt-reply.ts'
import { cutCommand } from '../redis/cut-command.ts'
import { delayReply } from '../redis/delay-reply.ts'
import { doubleCommand } from '../redis/double-command.ts'
import { doublePubSub } from '../redis/double-pub-sub.ts'
import { dropPubSub } from '../redis/drop-pub-sub.ts'
import { loseReply } from '../redis/lose-reply.ts'
import { redirect } from '../redis/redirect.ts'
import { redisError } from '../redis/redis-error.ts'
import { reorderPubSub } from '../redis/reorder-pub-sub.ts'
import { staleReply } from '../redis/stale-reply.ts'
import { choice, duration, glob, hits, hitsOf, on, whole } from './fields.ts'
import { linksOver } from './needs.ts'

const family = 'redis messages'
const of = linksOver('redis')
const command = { command: glob('Command (SET, GET, …)'), key: glob('Key') }
const commands = z.object({ ...command, ...hits })
const channels = z.object({ channel: glob('Channel'), ...hits })

interface Asked {
  readonly command: string
  readonly key: string
  readonly share: number
  readonly first: number
}
const these = ({ command, key, ...asked }: Asked) => ({
  on: on({ command, key }),
  ...hitsOf(asked),
})
const there = ({ channel, ...asked }: z.output<typeof channels>) => ({
  on: on({ channel }),
  ...hitsOf(asked),
})

export const redisForms: readonly FaultForm[] = [
  faultForm({
    name: 'redisError',
    family,
    says: 'Commands are answered with an error of Redis.',
    of,
    settings: z.object({
      error: z.enum(redisErrors).default('LOADING').meta({ title: 'Error' }),
      ...command,
      ...hits,
    }),
    make: (select, { error, ...asked }) => redisError(select, error, these(asked)),
  }),
  faultForm({
    name: 'delayReply',
    family,
    says: 'Replies to some commands come later.',
    of,
    settings: z.object({ delay: duration('Delay', '500ms'), ...command, ...hits }),
    make: (select, { delay, ...asked }) => delayReply(select, delay, these(asked)),
  }),
  faultForm({
    name: 'loseReply',
    family,
    says: 'The command is carried out, and its reply is cut off.',
    of,
    settings: commands,
    make: (select, asked) => loseReply(select, these(asked)),
  }),
  faultForm({
    name: 'cutCommand',
    family,
    says: 'The connection is cut before the command arrives.',
    of,
    settings: commands,
    make: (select, asked) => cutCommand(select, these(asked)),
  }),
  faultForm({
    name: 'doubleCommand',
    family,
    says: 'Commands are carried out twice.',
    of,
    settings: commands,
    make: (select, asked) => doubleCommand(select, these(asked)),
  }),
  faultForm({
    name: 'corruptReply',
    family,
    says: 'One byte of the replies is changed.',
    of,
    settings: z.object({ offset: whole('Which byte', 0, 0, 1_000_000), ...command, ...hits }),
    make: (select, { offset, ...asked }) => corruptReply(select, offset, these(asked)),
  }),
  faultForm({
    name: 'staleReply',
    family,
    says: 'Replies are those that answered the last matching command.',
    of,
    settings: z.object({ ...command, ...hits }),
    make: (select, asked) => staleReply(select, these(asked)),
  }),
  faultForm({
    name: 'redirect',
    family,
    says: 'Commands are sent to another node, as by a cluster.',
    of,
    settings: z.object({
      kind: choice('Kind', ['MOVED', 'ASK']),
      slot: whole('Slot', 0, 0, 16_383),
      address: z
        .string()
        .regex(/^[\w.-]+:\d+$/)
        .default('127.0.0.1:1')
        .meta({ title: 'To' }),
      ...command,
      ...hits,
    }),
    make: (select, { kind, slot, address, ...asked }) =>
      redirect(select, { kind, slot, address }, these(asked)),
  }),
  faultForm({
    name: 'dropPubSub',
    family,
    says: 'Messages to subscribers are lost.',
    of,
    settings: channels,
    make: (select, asked) => dropPubSub(select, there(asked)),
  }),
  faultForm({
    name: 'doublePubSub',
    family,
    says: 'Messages reach subscribers twice.',
    of,
    settings: channels,
    make: (select, asked) => doublePubSub(select, there(asked)),
  }),
  faultForm({
    name: 'reorderPubSub',
    family,
    says: 'Messages overtake each other.',
    of,
    settings: channels,
    make: (select, asked) => reorderPubSub(select, there(asked)),
  }),
]
