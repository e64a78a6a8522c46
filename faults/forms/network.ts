import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { bandwidth } from '../network/bandwidth.ts'
import { blackHole } from '../network/black-hole.ts'
import { closeConnections } from '../network/close-connections.ts'
import { connectTimeout } from '../network/connect-timeout.ts'
import { cutAfter } from '../network/cut-after.ts'
import { down } from '../network/down.ts'
import { halfOpen } from '../network/half-open.ts'
import { latency } from '../network/latency.ts'
import { packetLoss } from '../network/packet-loss.ts'
import { reset } from '../network/reset.ts'
import { choice, connections, duration, share, which, whole } from './fields.ts'
import { links } from './needs.ts'

const family = 'network'

export const networkForms: readonly FaultForm[] = [
  faultForm({
    name: 'latency',
    family,
    says: 'Every answer comes later.',
    of: links,
    settings: z.object({
      delay: duration('Delay', '200ms'),
      jitter: duration('Give or take', '0ms'),
      connections,
    }),
    make: (select, { delay, jitter, connections }) =>
      latency(select, delay, jitter === '0ms' ? '0ms' : jitter, which(connections)),
  }),
  faultForm({
    name: 'blackHole',
    family,
    says: 'Bytes vanish both ways while connections stay open: a firewall that drops.',
    of: links,
    settings: z.object({ connections }),
    make: (select, { connections }) => blackHole(select, which(connections)),
  }),
  faultForm({
    name: 'down',
    family,
    says: 'Connections are closed and new ones refused.',
    of: links,
    settings: z.object({}),
    make: select => down(select),
  }),
  faultForm({
    name: 'packetLoss',
    family,
    says: 'Segments are lost and sent again: bursts of delay.',
    of: links,
    settings: z.object({
      probability: share('Chance for each segment', 0.05),
      resentAfter: duration('Sent again after', '200ms'),
      connections,
    }),
    make: (select, { probability, resentAfter, connections }) =>
      packetLoss(select, probability, { resentAfter, ...which(connections) }),
  }),
  faultForm({
    name: 'bandwidth',
    family,
    says: 'Each connection carries only so much.',
    of: links,
    settings: z.object({
      kilobytesPerSecond: whole('Kilobytes a second', 20, 1, 1_000_000),
      connections,
    }),
    make: (select, { kilobytesPerSecond, connections }) =>
      bandwidth(select, kilobytesPerSecond, which(connections)),
  }),
  faultForm({
    name: 'reset',
    family,
    says: 'Connections are reset, present and new.',
    of: links,
    settings: z.object({ connections }),
    make: (select, { connections }) => reset(select, which(connections)),
  }),
  faultForm({
    name: 'closeConnections',
    family,
    says: 'Connections end in order (FIN), present and new.',
    of: links,
    settings: z.object({ connections }),
    make: (select, { connections }) => closeConnections(select, which(connections)),
  }),
  faultForm({
    name: 'halfOpen',
    family,
    says: 'One side is reset, the other goes on believing.',
    of: links,
    settings: z.object({ left: choice('Left alone', ['client', 'server']), connections }),
    make: (select, { left, connections }) => halfOpen(select, { left, ...which(connections) }),
  }),
  faultForm({
    name: 'connectTimeout',
    family,
    says: 'New connects get no answer; open connections live on.',
    of: links,
    settings: z.object({}),
    make: select => connectTimeout(select),
  }),
  faultForm({
    name: 'cutAfter',
    family,
    says: 'Each connection ends after so many bytes of answers.',
    of: links,
    settings: z.object({
      bytes: whole('Bytes of answers', 2_000, 1, 1_000_000_000),
      how: choice('How it ends', ['rst', 'fin']),
      connections,
    }),
    make: (select, { bytes, how, connections }) =>
      cutAfter(select, { bytes }, { how, ...which(connections) }),
  }),
]
