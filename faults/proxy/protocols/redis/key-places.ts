/**
 * Where a command's keys, or channels, stand, as Redis' own key specifications say it; arguments are
 * counted from 1, and from -1 at the end.
 */
export type KeyPlace =
  | { readonly by: 'none' }
  /** Each `step`th from `first` to `last`. */
  | {
      readonly by: 'range'
      readonly first: number
      readonly last: number
      readonly step: number
      readonly about: 'key' | 'channel'
    }
  /** So many as the argument at `at` says, behind it; and the first one, where it is a destination. */
  | { readonly by: 'count'; readonly at: number; readonly isStored: boolean }
  /** The first half of what stands behind STREAMS. */
  | { readonly by: 'streams' }
  /** The one at `first`, and what stands behind one of these words: one more, or all the rest. */
  | {
      readonly by: 'word'
      readonly first: number
      readonly words: readonly string[]
      readonly takesRest: boolean
    }

const none = `PING ECHO AUTH HELLO SELECT MULTI EXEC DISCARD UNWATCH INFO CONFIG CLIENT COMMAND SCAN
  DBSIZE FLUSHALL FLUSHDB SAVE BGSAVE BGREWRITEAOF WAIT WAITAOF CLUSTER SCRIPT FUNCTION ROLE REPLICAOF
  SLAVEOF PSYNC SYNC REPLCONF SHUTDOWN SLOWLOG TIME LATENCY ACL MODULE MONITOR QUIT RESET READONLY
  READWRITE ASKING PFSELFTEST KEYS RANDOMKEY PUBSUB SENTINEL SWAPDB LASTSAVE FAILOVER LOLWUT DEBUG`
const one = `GET SET SETNX SETEX PSETEX GETSET GETDEL GETEX APPEND STRLEN INCR DECR INCRBY DECRBY
  INCRBYFLOAT GETRANGE SETRANGE SUBSTR EXPIRE PEXPIRE EXPIREAT PEXPIREAT TTL PTTL PERSIST TYPE DUMP
  RESTORE HGET HSET HSETNX HMGET HMSET HGETALL HDEL HEXISTS HINCRBY HKEYS HVALS HLEN HSCAN LPUSH RPUSH
  LPOP RPOP LRANGE LLEN LREM LTRIM LINDEX LSET LINSERT SADD SREM SMEMBERS SISMEMBER SMISMEMBER SCARD
  SPOP SRANDMEMBER SSCAN ZADD ZREM ZRANGE ZREVRANGE ZRANGEBYSCORE ZSCORE ZCARD ZCOUNT ZINCRBY ZRANK
  ZPOPMIN ZPOPMAX ZSCAN XADD XLEN XRANGE XREVRANGE XDEL XTRIM XACK XCLAIM XAUTOCLAIM XPENDING PFADD SORT_RO
  SETBIT GETBIT BITCOUNT BITFIELD GEOADD GEOSEARCH`
const all = `MGET DEL UNLINK EXISTS TOUCH WATCH PFCOUNT PFMERGE SINTER SUNION SDIFF SINTERSTORE
  SUNIONSTORE SDIFFSTORE`
const two = `RENAME RENAMENX COPY LMOVE BLMOVE RPOPLPUSH BRPOPLPUSH SMOVE LCS ZRANGESTORE
  GEOSEARCHSTORE`
const subscribing = 'SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE'

const range = (
  first: number,
  last: number,
  step = 1,
  about: 'key' | 'channel' = 'key',
): KeyPlace => ({
  by: 'range',
  first,
  last,
  step,
  about,
})
const firstOnly = range(1, 1)
const count = (at: number, isStored = false): KeyPlace => ({ by: 'count', at, isStored })
const stored: KeyPlace = {
  by: 'word',
  first: 1,
  words: ['STORE', 'STOREDIST'],
  takesRest: false,
}

/** Of every command that is usual, or has its keys elsewhere than in its first argument. */
export const keyPlaces: ReadonlyMap<string, KeyPlace> = new Map([
  ...each(none, { by: 'none' }),
  ...each(one, firstOnly),
  ...each(all, range(1, -1)),
  ...each('MSET MSETNX', range(1, -1, 2)),
  ...each('BLPOP BRPOP BZPOPMIN BZPOPMAX', range(1, -2)),
  ...each(two, range(1, 2)),
  ...each('BITOP', range(2, -1)),
  ...each('OBJECT XGROUP XINFO MEMORY', range(2, 2)),
  ...each('PFDEBUG', range(2, 2)),
  ...each('MIGRATE', { by: 'word', first: 3, words: ['KEYS'], takesRest: true }),
  ...each('EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO BLMPOP BZMPOP', count(2)),
  ...each('ZUNION ZINTER ZDIFF SINTERCARD ZINTERCARD LMPOP ZMPOP', count(1)),
  ...each('ZUNIONSTORE ZINTERSTORE ZDIFFSTORE', count(2, true)),
  ...each('XREAD XREADGROUP', { by: 'streams' }),
  ...each('SORT GEORADIUS GEORADIUSBYMEMBER', stored),
  ...each('PUBLISH SPUBLISH', range(1, 1, 1, 'channel')),
  ...each(subscribing, range(1, -1, 1, 'channel')),
])

/** Commands that are not here, such as those of modules, mostly have their key first. */
export function keyPlace(command: string): KeyPlace {
  return keyPlaces.get(command) ?? firstOnly
}

function each(names: string, place: KeyPlace): (readonly [string, KeyPlace])[] {
  return names.split(/\s+/).map(name => [name, place])
}
