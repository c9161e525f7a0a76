# Blanks declarations that need no comment: copies, moves and destructors.
s/^ +(virtual )?~[A-Za-z]+\(\).*;$//
s/^ +([A-Za-z]+)\((const )?\1( const)?&&?( other)?\)( noexcept)?( = (default|delete))?;$//
s/^ +([A-Za-z]+)\(\1&& other\) noexcept : .*\}$//
s/^ +([A-Za-z]+)& operator=\((const )?\1&&?( other)?\)( noexcept)?( = (default|delete))?;$//
# A struct that is made from itself with another argument is taken for one without end.
s/^struct FirstParameter : .*$/struct FirstParameter {};/
