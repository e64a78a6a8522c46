import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { closeSocket } from '../websocket/close-socket.ts'
import { cutFrame } from '../websocket/cut-frame.ts'
import { delayFrame } from '../websocket/delay-frame.ts'
import { doubleFrame } from '../websocket/double-frame.ts'
import { dropFrame } from '../websocket/drop-frame.ts'
import { plainSockets } from '../websocket/plain-sockets.ts'
import { reorderFrames } from '../websocket/reorder-frames.ts'
import { duration, glob, hits, hitsOf, on, whole } from './fields.ts'
import { linksOver } from './needs.ts'

const family = 'web-socket frames'
const of = linksOver('websocket')
const frame = { frame: glob('Frame (text, ping, …)'), channel: glob('Channel') }
const settings = z.object({ ...frame, ...hits })
const these = ({ frame, channel, ...asked }: z.output<typeof settings>) => ({
  on: on({ frame, channel }),
  ...hitsOf(asked),
})

export const websocketForms: readonly FaultForm[] = [
  faultForm({
    name: 'closeSocket',
    family,
    says: 'Sockets are closed with a code.',
    of,
    settings: z.object({ code: whole('Close code', 1012, 1000, 4999), ...frame, ...hits }),
    make: (select, { code, ...asked }) => closeSocket(select, code, these(asked)),
  }),
  faultForm({
    name: 'dropFrame',
    family,
    says: 'Frames to clients are lost.',
    of,
    settings,
    make: (select, asked) => dropFrame(select, these(asked)),
  }),
  faultForm({
    name: 'delayFrame',
    family,
    says: 'Frames to clients come later, and others overtake them.',
    of,
    settings: z.object({ delay: duration('Delay', '500ms'), ...frame, ...hits }),
    make: (select, { delay, ...asked }) => delayFrame(select, delay, these(asked)),
  }),
  faultForm({
    name: 'doubleFrame',
    family,
    says: 'Frames reach clients twice.',
    of,
    settings,
    make: (select, asked) => doubleFrame(select, these(asked)),
  }),
  faultForm({
    name: 'reorderFrames',
    family,
    says: 'Frames overtake each other.',
    of,
    settings,
    make: (select, asked) => reorderFrames(select, these(asked)),
  }),
  faultForm({
    name: 'cutFrame',
    family,
    says: 'The connection is cut in the middle of a frame.',
    of,
    settings,
    make: (select, asked) => cutFrame(select, these(asked)),
  }),
  faultForm({
    name: 'plainSockets',
    family,
    says: 'Upgrades are passed on as plain requests: a proxy that knows no web sockets.',
    of,
    settings: z.object(hits),
    make: (select, asked) => plainSockets(select, hitsOf(asked)),
  }),
]
