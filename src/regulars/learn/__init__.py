"""Models fitted to the marts, which SQL cannot do. The maths is Arrow in, Arrow out; only a stage knows a warehouse."""
