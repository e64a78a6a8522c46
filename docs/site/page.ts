/** A page of the site, before it is rendered. */
export interface Page {
  /** Relative to the site, without its ending: `docs/checks`. */
  readonly path: string
  readonly title: string
  readonly markdown: string
}
