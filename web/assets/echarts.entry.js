// The part of ECharts the pages use: two chart types, SVG drawing, French.
import * as echarts from "echarts/core";
import { LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import langFR from "echarts/i18n/langFR-obj.js";

echarts.use([
  LineChart, ScatterChart, AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer,
]);
echarts.registerLocale("FR", langFR);

export const { init } = echarts;
