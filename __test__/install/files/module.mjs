import * as api from "vinext-cache-key";
import report from "./report.cjs";

report(api);
