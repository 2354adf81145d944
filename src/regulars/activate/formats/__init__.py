"""The audience formats that ship, one TOML file each; what its columns hold is DuckDB SQL over customer_360."""
