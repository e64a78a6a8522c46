// Written by `pnpm faults` from what the files of the faults declare.
import type { FaultForm } from '../lab/model/fault-form.ts'
import { form as endlessBody } from './clients/endless-body.ts'
import { form as flooding } from './clients/flooding.ts'
import { form as hangingUp } from './clients/hanging-up.ts'
import { form as silent } from './clients/silent.ts'
import { form as slowReading } from './clients/slow-reading.ts'
import { form as diskFull } from './disk/disk-full.ts'
import { form as cutBody } from './http/cut-body.ts'
import { form as cutRequest } from './http/cut-request.ts'
import { form as delayResponse } from './http/delay-response.ts'
import { form as doubleRequest } from './http/double-request.ts'
import { form as httpError } from './http/http-error.ts'
import { form as loseResponse } from './http/lose-response.ts'
import { form as slowBody } from './http/slow-body.ts'
import { form as tooManyRequests } from './http/too-many-requests.ts'
import { form as bandwidth } from './network/bandwidth.ts'
import { form as blackHole } from './network/black-hole.ts'
import { form as closeConnections } from './network/close-connections.ts'
import { form as connectTimeout } from './network/connect-timeout.ts'
import { form as cutAfter } from './network/cut-after.ts'
import { form as down } from './network/down.ts'
import { form as halfOpen } from './network/half-open.ts'
import { form as latency } from './network/latency.ts'
import { form as packetLoss } from './network/packet-loss.ts'
import { form as reset } from './network/reset.ts'
import { form as slicer } from './network/slicer.ts'
import { form as misbehave } from './peer/misbehave.ts'
import { form as cutStatement } from './postgres/cut-statement.ts'
import { form as deadlock } from './postgres/deadlock.ts'
import { form as delayAnswer } from './postgres/delay-answer.ts'
import { form as doubleStatement } from './postgres/double-statement.ts'
import { form as dropAnswer } from './postgres/drop-answer.ts'
import { form as loseAcknowledgement } from './postgres/lose-acknowledgement.ts'
import { form as readOnly } from './postgres/read-only.ts'
import { form as serializationFailure } from './postgres/serialization-failure.ts'
import { form as sqlError } from './postgres/sql-error.ts'
import { form as terminateSession } from './postgres/terminate-session.ts'
import { form as tooManyConnections } from './postgres/too-many-connections.ts'
import { form as cancelQueries } from './postgres-server/cancel-queries.ts'
import { form as heldLock } from './postgres-server/held-lock.ts'
import { form as readOnlyMode } from './postgres-server/read-only-mode.ts'
import { form as slotsUsedUp } from './postgres-server/slots-used-up.ts'
import { form as slowWrites } from './postgres-server/slow-writes.ts'
import { form as terminateBackends } from './postgres-server/terminate-backends.ts'
import { form as crashLoop } from './process/crash-loop.ts'
import { form as kill } from './process/kill.ts'
import { form as pause } from './process/pause.ts'
import { form as restart } from './process/restart.ts'
import { form as stop } from './process/stop.ts'
import { form as stutter } from './process/stutter.ts'
import { form as clockOffset } from './program/clock-offset.ts'
import { form as descriptorsUsedUp } from './program/descriptors-used-up.ts'
import { form as eventLoopStall } from './program/event-loop-stall.ts'
import { form as corruptReply } from './redis/corrupt-reply.ts'
import { form as cutCommand } from './redis/cut-command.ts'
import { form as delayReply } from './redis/delay-reply.ts'
import { form as doubleCommand } from './redis/double-command.ts'
import { form as doublePubSub } from './redis/double-pub-sub.ts'
import { form as dropPubSub } from './redis/drop-pub-sub.ts'
import { form as loseReply } from './redis/lose-reply.ts'
import { form as redirect } from './redis/redirect.ts'
import { form as redisError } from './redis/redis-error.ts'
import { form as reorderPubSub } from './redis/reorder-pub-sub.ts'
import { form as staleReply } from './redis/stale-reply.ts'
import { form as busyScript } from './redis-server/busy-script.ts'
import { form as clientKill } from './redis-server/client-kill.ts'
import { form as clientPause } from './redis-server/client-pause.ts'
import { form as deleteKeys } from './redis-server/delete-keys.ts'
import { form as demoted } from './redis-server/demoted.ts'
import { form as flushAll } from './redis-server/flush-all.ts'
import { form as memoryFull } from './redis-server/memory-full.ts'
import { form as restartWithoutData } from './redis-server/restart-without-data.ts'
import { form as closeSocket } from './websocket/close-socket.ts'
import { form as cutFrame } from './websocket/cut-frame.ts'
import { form as delayFrame } from './websocket/delay-frame.ts'
import { form as doubleFrame } from './websocket/double-frame.ts'
import { form as dropFrame } from './websocket/drop-frame.ts'
import { form as plainSockets } from './websocket/plain-sockets.ts'
import { form as reorderFrames } from './websocket/reorder-frames.ts'

/** Every fault that can be filled in while a system runs, by family. */
export const allForms: readonly FaultForm[] = [
  endlessBody,
  flooding,
  hangingUp,
  silent,
  slowReading,
  diskFull,
  cutBody,
  cutRequest,
  delayResponse,
  doubleRequest,
  httpError,
  loseResponse,
  slowBody,
  tooManyRequests,
  bandwidth,
  blackHole,
  closeConnections,
  connectTimeout,
  cutAfter,
  down,
  halfOpen,
  latency,
  packetLoss,
  reset,
  slicer,
  misbehave,
  cutStatement,
  deadlock,
  delayAnswer,
  doubleStatement,
  dropAnswer,
  loseAcknowledgement,
  readOnly,
  serializationFailure,
  sqlError,
  terminateSession,
  tooManyConnections,
  cancelQueries,
  heldLock,
  readOnlyMode,
  slotsUsedUp,
  slowWrites,
  terminateBackends,
  crashLoop,
  kill,
  pause,
  restart,
  stop,
  stutter,
  clockOffset,
  descriptorsUsedUp,
  eventLoopStall,
  corruptReply,
  cutCommand,
  delayReply,
  doubleCommand,
  doublePubSub,
  dropPubSub,
  loseReply,
  redirect,
  redisError,
  reorderPubSub,
  staleReply,
  busyScript,
  clientKill,
  clientPause,
  deleteKeys,
  demoted,
  flushAll,
  memoryFull,
  restartWithoutData,
  closeSocket,
  cutFrame,
  delayFrame,
  doubleFrame,
  dropFrame,
  plainSockets,
  reorderFrames,
].flat()
