require("./report.cjs")(require("vinext-cache-key"));
