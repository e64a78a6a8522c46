/** What a listener-level toxic did to the way in. */
export interface Claim {
  release(): Promise<void>
  /** SYN packets without an answer, those sent again too. Absent, or undefined, where nobody counts. */
  unanswered?(): Promise<number | undefined>
}

/** What a listener-level toxic may do to its proxy. */
export interface ListenerPort {
  /** Connects are refused by the kernel: nobody listens. */
  refuse(): Promise<Claim>
  /** Connects are never answered. Throws ApiError 501 where the system answers all the same. */
  ignore(): Promise<Claim>
}
