(Comment) @comment

; What is named can be referred to.
(element (STag (Attribute (Name) @_attribute (AttValue) @name))
  (#any-of? @_attribute "id" "Id" "ID" "xml:id" "name" "Name" "x:Name" "android:id")) @def.element
(element (EmptyElemTag (Attribute (Name) @_attribute (AttValue) @name))
  (#any-of? @_attribute "id" "Id" "ID" "xml:id" "name" "Name" "x:Name" "android:id")) @def.element
