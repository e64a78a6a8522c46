import { commonExperiments } from 'resilience-lab/common'
import { browsing, ordering, target } from '../resilience/target.js'

export default commonExperiments(target, { write: ordering, read: browsing })
