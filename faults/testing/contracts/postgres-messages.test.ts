import { startPostgres } from '../../../targets/postgres.ts'
import { lastingContract } from '../contract.ts'
import { inPatience, linksAlone, linkTrials } from '../link-trials.ts'
import { usePostgres } from '../postgres-client.ts'

await lastingContract({
  room: 'postgres',
  apart: true,
  bench: () =>
    linkTrials('postgres', async ({ rig }) => {
      const server = await startPostgres(rig.run)
      const direct = await rig.postgres(server)
      await direct.query('create table stock (id text)')
      return { server, part: linksAlone, use: at => inPatience(usePostgres(server.urlVia(at))) }
    }),
})
