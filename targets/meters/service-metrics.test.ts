import { expect, test } from 'vitest'
import { figuresIn } from './service-metrics.ts'

test('adds up the series of a metric, in the unit of the figure', () => {
  const text = `# HELP nodejs_eventloop_lag_max_seconds The maximum.
nodejs_eventloop_lag_max_seconds{instance="shop-1"} 0.25
http_request_duration_seconds_count{role="api",route="/v1/\\"x\\"",status="200"} 5
http_request_duration_seconds_count{role="api",route="/v1/y",status="409"} 2
http_request_duration_seconds_count{role="api",route="/v1/y",status="503"} 3
http_request_duration_seconds_count{role="api",route="/v1/y",status="500"} 1
dependency_retries_total{dependency="redis",result="granted",instance="shop-1"} 4
dependency_retries_total{dependency="postgres",result="granted",instance="shop-1"} 2
dependency_retries_total{dependency="redis",result="refused",instance="shop-1"} 1
`
  expect(figuresIn(text)).toEqual({
    eventLoopLagMs: 250,
    answers: 11,
    refusals: 5,
    failures: 1,
    retries: 6,
    retriesRefused: 1,
  })
})
