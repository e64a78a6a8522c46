/** What must exist before the target starts; the plan is refused where the runtime lacks it. */
export type Need =
  | 'network-namespace'
  | 'limited-disk'
  | 'limited-memory'
  | 'limited-descriptors'
  | 'clock-shim'
  | 'root'
  | 'embedded-proxy'
  | 'pause'
  /** The files of a server lie on this machine. */
  | 'data-folder'
  /** The processes of the part are of this machine. */
  | 'own-process'
