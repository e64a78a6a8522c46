import { sentinelFailover, type WatchedPrimary } from '../../redis-server/sentinel-failover.ts'
import { thePart } from '../system-of.ts'

/** Every fault that Sentinels are asked for. */
export const faults = [sentinelFailover(thePart<WatchedPrimary>())]
