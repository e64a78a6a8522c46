/** A scenario that alone can show that a defence matters, and why no experiment does. */
interface OnlyByScenario {
  readonly scenario: string
  readonly because: string
}

/**
 * Defences that no experiment misses, by name. Once one does, its line here fails the kill matrix, so
 * the list only becomes shorter.
 */
export const onlyByScenario: Readonly<Record<string, OnlyByScenario>> = {
  'websocket-token-expiry': {
    scenario: 'WS-01',
    because: 'it takes a token that ends, and no fault: nothing is hurt',
  },
  'password-bulkhead': {
    scenario: 'ACC-04',
    because: 'it takes more sign-ins at once than processors, which a busy machine would decide',
  },
  'payment-lock': {
    scenario: 'ORD-06',
    because:
      'it takes a payment and a cancellation at the same moment, thousands of times, and no fault',
  },
  'reservation-expiry': {
    scenario: 'ORD-06',
    because: 'it takes an order that nobody pays for until its time is over, and no fault',
  },
  'optimistic-locking': {
    scenario: 'BLG-02',
    because: 'it takes two editors of one post, and no fault',
  },
  'profile-cache': {
    scenario: 'DAT-08',
    because: 'without it pages are right and only cost the database more',
  },
  'default-lane': {
    scenario: 'MSG-02',
    because: 'it takes a message that no rule matches, and no fault',
  },
  'status-copy-expiry': {
    scenario: 'DAT-10',
    because: 'it takes a copy that is set back by hand after its outbox row is gone',
  },
}
