"""Its place puts this folder on the import path: `import machine` works in every test below."""
