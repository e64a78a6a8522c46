/** Which connections a fault hurts. */
export interface WhichConnections {
  /** Only those of this client: `127.0.0.1` (any port of it) or `127.0.0.1:40312`. Default: of all. */
  readonly client?: string
  /**
   * `present`: only those open when the fault strikes, while new ones are fine, as when a pod moved or
   * a NAT table was flushed. Healing is silent then: what is cut off stays so, neither reset nor
   * revived, so that a service that comes back does it unaided. Default: those to come too.
   */
  readonly which?: 'present'
}

/** Whether it hurts some connections and not others, which only our own proxy can do. */
export function isSelective({ client, which }: WhichConnections): boolean {
  return client !== undefined || which !== undefined
}

/** As the proxy takes it. */
export function connectionsOf(of: WhichConnections): { connections?: WhichConnections } {
  if (!isSelective(of)) return {}
  const { client, which } = of
  return { connections: { ...(client !== undefined && { client }), ...(which && { which }) } }
}

/** As a label tells it. */
export function labelOf({ client, which }: WhichConnections): string[] {
  return [
    client === undefined ? [] : `client ${client}`,
    which ? `${which} connections` : [],
  ].flat()
}
