export type Verb = 'pay' | 'cancel' | 'ship'
export const verbs: readonly Verb[] = ['pay', 'cancel', 'ship']

interface OrderState {
  readonly status: string
  /** How an order comes to be so; a payment that fails is declined. */
  readonly way: readonly Verb[]
  /** What each of the verbs then answers. */
  readonly answers: readonly number[]
}

/** The whole state machine: paying what is paid changes nothing, everything else is refused. */
export const orderStates: readonly OrderState[] = [
  { status: 'pending-payment', way: [], answers: [200, 200, 409] },
  { status: 'paid', way: ['pay'], answers: [200, 409, 200] },
  { status: 'shipped', way: ['pay', 'ship'], answers: [200, 409, 409] },
  { status: 'cancelled', way: ['cancel'], answers: [409, 409, 409] },
  { status: 'payment-failed', way: ['pay'], answers: [409, 409, 409] },
]
