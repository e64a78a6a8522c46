/** How metrics name a link, so that they can be joined by who asks and who answers. */
export interface LinkLabels {
  readonly consumer: string
  readonly provider: string
  /** Which port of the provider: `api` of `shop-1.api`; empty where it has one alone. */
  readonly role: string
}

/** `client>shop-1.api` as labels; a name of another form is a consumer without a provider. */
export function linkLabels(link: string): LinkLabels {
  const [consumer = '', whole = ''] = link.split('>')
  const [provider = '', role = ''] = whole.split('.')
  return { consumer, provider, role }
}

/** Whether what a fault touched is a link, and not a process. */
export function isLink(touched: string): boolean {
  return touched.includes('>')
}
