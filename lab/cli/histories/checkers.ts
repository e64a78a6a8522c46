import { z } from 'zod'
import type { Json } from '../../base/json.ts'
import type { Level } from '../../checkers/isolation/levels.ts'
import type { Model } from '../../checkers/linearizability/model.ts'
import { keyValue } from '../../checkers/linearizability/models/key-value.ts'
import { multiRegister } from '../../checkers/linearizability/models/multi-register.ts'
import { mutex } from '../../checkers/linearizability/models/mutex.ts'
import { bag, fifoQueue } from '../../checkers/linearizability/models/queues.ts'
import { register } from '../../checkers/linearizability/models/register.ts'
import { setOfValues } from '../../checkers/linearizability/models/set.ts'
import { linearizable } from '../../checkers/linearizable.ts'
import { isolation } from '../../checkers/list-append.ts'
import type { Checker } from '../../model/checker.ts'
import type { Dialect } from './journal-from.ts'

export interface CheckerOptions {
  readonly level?: Level | undefined
  readonly initial?: Json | undefined
  /** What `fail` says of a compare-and-set: that it found another value, or only that it did nothing. */
  readonly failedCas: 'compared' | 'nothing'
}

interface Named {
  readonly about: string
  checker(workload: { readonly name: string }, options: CheckerOptions): Checker
  dialect(options: CheckerOptions): Dialect
}

/** Others write a compare-and-set as `[expected next]`, and answer with the same. */
function comparing({ failedCas }: CheckerOptions): Dialect {
  return {
    input: (f, value) => {
      if (f !== 'cas' || !Array.isArray(value)) return value
      return { expected: value[0], next: value[1] }
    },
    answer: (f, value) => (f === 'cas' && typeof value !== 'boolean' ? true : value),
    failed: (f, value) =>
      f === 'cas' && failedCas === 'compared' && Array.isArray(value) ? false : undefined,
  }
}

/** Others name the operations of a transaction `r` and `w`, and keys as they like. */
const transactions: Dialect = {
  input: (_, value) => named(value),
  answer: (_, value) => named(value),
}

const long = new Map([
  ['r', 'read'],
  ['w', 'write'],
  ['a', 'append'],
])
const items = z.array(z.tuple([z.string(), z.union([z.string(), z.number()]), z.json()]))

function named(value: Json): Json {
  const parsed = items.safeParse(value)
  if (!parsed.success) return value
  return parsed.data.map(([f, key, result]) => [long.get(f) ?? f, String(key), result])
}

function object(about: string, model: (initial: Json | undefined) => Model): Named {
  return {
    about,
    checker: (workload, { initial }) => linearizable(workload, model(initial)),
    dialect: comparing,
  }
}

const initially = (initial: Json | undefined) => (initial === undefined ? {} : { initial })

/** What `--checker` takes. */
export const checkers: Readonly<Record<string, Named>> = {
  register: object('linearizable: read, write, cas', initial => register(initially(initial))),
  kv: object('linearizable: get, put, cas, append, delete, increment', initial =>
    keyValue(initially(initial)),
  ),
  counter: object('linearizable: add or increment, read; initially 0', (initial = 0) =>
    keyValue({ initial }),
  ),
  set: object('linearizable: add, read', setOfValues),
  mutex: object('linearizable: acquire, release', mutex),
  queue: object('linearizable, first in, first out: enqueue, dequeue', fifoQueue),
  bag: object('linearizable, in any order: enqueue, dequeue', bag),
  'multi-register': {
    about: 'linearizable: transactions of [r key nil] and [w key value]',
    checker: workload => linearizable(workload, multiRegister()),
    dialect: () => transactions,
  },
  'list-append': {
    about: `isolation: transactions of [r key nil] and [append key number], at --level`,
    checker: (workload, { level = 'serializable' }) => isolation(workload, { level }),
    dialect: () => transactions,
  },
}
