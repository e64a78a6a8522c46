import { labConfig } from '../../../lab/index.ts'

const {
  PROXY_URL = '',
  DATABASE_URL,
  REDIS_URL,
  API_URL,
  REDIS_PID_FILE,
  REDIS_START,
  API_LOG,
} = process.env

export default labConfig({
  external: {
    proxies: [{ url: PROXY_URL }],
    parts: {
      postgres: { url: DATABASE_URL },
      redis: {
        url: REDIS_URL,
        process: { pidFile: REDIS_PID_FILE, start: REDIS_START },
      },
      api: { url: API_URL, log: API_LOG },
    },
    mayHurt: ['redis', 'api>*'],
  },
})
