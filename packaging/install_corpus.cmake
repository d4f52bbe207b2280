# Runs when the runner is installed: brings the corpus of the build tree up to date, and installs it packed.
execute_process(COMMAND ${python} -m generators build --out ${corpus} WORKING_DIRECTORY ${source}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${python} ${source}/packaging/packed_corpus.py ${corpus} ${target} COMMAND_ERROR_IS_FATAL ANY)
