// The part of ECharts the pages use: three chart types, SVG drawing, French.
import * as echarts from "echarts/core";
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import langFR from "echarts/i18n/langFR-obj.js";

echarts.use([
  BarChart, LineChart, ScatterChart, AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer,
]);
echarts.registerLocale("FR", langFR);

export const { init } = echarts;
