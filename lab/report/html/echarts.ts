/** All that the report takes of ECharts at run time; the package has this bundled, since ECharts is 60 MB. */
export { init } from 'echarts'
