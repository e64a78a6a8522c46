/** Where a command's first key, or channel, stands. */
export type KeyPlace = 'none' | 'numkeys' | 'streams' | number

/** A command one knows of. */
export interface Command {
  readonly name: string
  readonly keyPlace: KeyPlace
  /** Its arguments change how the connection is to be read. */
  readonly isSpecial: boolean
}

const none = `PING ECHO AUTH HELLO SELECT MULTI EXEC DISCARD UNWATCH INFO CONFIG CLIENT COMMAND SCAN
  DBSIZE FLUSHALL FLUSHDB SAVE BGSAVE BGREWRITEAOF WAIT WAITAOF CLUSTER SCRIPT FUNCTION ROLE REPLICAOF
  SLAVEOF PSYNC SYNC REPLCONF SHUTDOWN SLOWLOG TIME LATENCY ACL MODULE MONITOR QUIT RESET READONLY
  READWRITE ASKING KEYS RANDOMKEY PUBSUB SENTINEL SWAPDB LASTSAVE FAILOVER LOLWUT DEBUG`
const first = `GET SET SETNX SETEX PSETEX GETSET GETDEL GETEX MGET MSET MSETNX APPEND STRLEN INCR DECR
  INCRBY DECRBY INCRBYFLOAT GETRANGE SETRANGE DEL UNLINK EXISTS EXPIRE PEXPIRE EXPIREAT PEXPIREAT TTL
  PTTL PERSIST TYPE RENAME COPY DUMP RESTORE TOUCH WATCH HGET HSET HSETNX HMGET HMSET HGETALL HDEL
  HEXISTS HINCRBY HKEYS HVALS HLEN HSCAN LPUSH RPUSH LPOP RPOP LRANGE LLEN LREM LTRIM LINDEX LSET
  LMOVE BLMOVE BLPOP BRPOP RPOPLPUSH SADD SREM SMEMBERS SISMEMBER SCARD SPOP SRANDMEMBER SSCAN SINTER
  SUNION SDIFF ZADD ZREM ZRANGE ZREVRANGE ZRANGEBYSCORE ZSCORE ZCARD ZCOUNT ZINCRBY ZRANK ZPOPMIN
  ZPOPMAX BZPOPMIN ZSCAN XADD XLEN XRANGE XREVRANGE XDEL XTRIM XACK XCLAIM XAUTOCLAIM XPENDING PFADD
  PFCOUNT SETBIT GETBIT BITCOUNT GEOADD PUBLISH SPUBLISH SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE
  SSUBSCRIBE SUNSUBSCRIBE SORT`

const places = new Map<string, KeyPlace>([
  ...words(none).map(name => [name, 'none'] as const),
  ...words(first).map(name => [name, 1] as const),
  ...words('OBJECT XGROUP XINFO MEMORY BITOP').map(name => [name, 2] as const),
  ['MIGRATE', 3],
  ...words('EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO BLMPOP BZMPOP').map(
    name => [name, 'numkeys'] as const,
  ),
  ...words('ZUNION ZINTER ZDIFF SINTERCARD ZINTERCARD LMPOP ZMPOP').map(name => [name, 2] as const),
  ['XREAD', 'streams'],
  ['XREADGROUP', 'streams'],
])
const special = new Set(['HELLO', 'CLIENT'])

/** Unknown commands of modules mostly have their key first. */
export function keyPlace(command: string): KeyPlace {
  return places.get(command) ?? 1
}

const slots = 4096
const byHash: (Command | undefined)[] = new Array<undefined>(slots).fill(undefined)
for (const [name, place] of places) {
  const slot = hashName(Buffer.from(name), 0, name.length)
  byHash[slot] ??= { name, keyPlace: place, isSpecial: special.has(name) }
}

/** A usual command by its name in any case, without making a string. */
export function knownCommand(chunk: Buffer, from: number, to: number): Command | undefined {
  const known = byHash[hashName(chunk, from, to)]
  return known && isName(known.name, chunk, from, to) ? known : undefined
}

/** The command's name in capitals. */
export function commandName(chunk: Buffer, from: number, to: number): string {
  return knownCommand(chunk, from, to)?.name ?? chunk.toString('latin1', from, to).toUpperCase()
}

function hashName(chunk: Buffer, from: number, to: number): number {
  let hash = to - from
  for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + ((chunk[i] ?? 0) & 0xdf)) | 0
  return hash & (slots - 1)
}

function isName(name: string, chunk: Buffer, from: number, to: number): boolean {
  if (name.length !== to - from) return false
  for (let i = 0; i < name.length; i++) {
    const byte = chunk[from + i] ?? 0
    const capital = byte >= 97 && byte <= 122 ? byte - 32 : byte
    if (capital !== name.charCodeAt(i)) return false
  }
  return true
}

function words(text: string): string[] {
  return text.split(/\s+/)
}
